/** The context of every service: its dependencies and the recorder of writes; and what some services have besides. */
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import type { SubordinateEvents } from '#server/live/events.ts'
import type { MailOutbox } from '#server/mail/outbox.ts'
import type { PublishContext } from '#server/publish/context.ts'
import type { Hosted } from '#server/publish/pins.ts'
import type { Publisher } from '#server/publish/publisher.ts'
import type { SigningKeys } from '#server/publish/signing-keys.ts'
import type { Writer } from '#server/services/write.ts'
import type { Reader } from '#store/reader.ts'

export type ServiceDeps = {
  db: Database
  /** Short name of the anchor. */
  slug: string
  /** Entity Identifier of this Trust Anchor. */
  entityId: string
  allowHttp: boolean
  fetcher: Fetcher
  /** The published data, as the federation server reads it. */
  reader: Reader
  signingKeys: SigningKeys
  hosted?: Hosted
  publisher: Pick<Publisher, 'flush'>
  events: SubordinateEvents
  mail: MailOutbox
  now: Clock
}

export type ServiceContext = ServiceDeps & { write: Writer }

/** The dependencies in a process that publishes. */
export type PublishingDeps = ServiceDeps & { publishing: PublishContext; publisher: Publisher }
