/** The services, made once a process from what they need. */
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { Database } from '#server/database.ts'
import type { PublishContext } from '#server/publish/context.ts'
import type { Publisher } from '#server/publish/publisher.ts'
import { createResolutionService } from '#server/services/entity/resolution.ts'
import { createSigningKeyService } from '#server/services/signing-key/signing-keys.ts'
import type { SubordinateEvents } from '#server/services/subordinate/events.ts'
import { createSubordinateService } from '#server/services/subordinate/subordinates.ts'
import { createTrustAnchorService } from '#server/services/trust-anchor/trust-anchor.ts'
import { createTrustMarkTypeService } from '#server/services/trust-mark/trust-mark-types.ts'
import { createTrustMarkService } from '#server/services/trust-mark/trust-marks.ts'
import { createWriter, type Writer } from '#server/services/write.ts'
import type { SigningKeys } from '#server/signing-keys.ts'
import type { Reader } from '#store/reader.ts'

export type ServiceDeps = {
  db: Database
  /** Entity Identifier of this Trust Anchor. */
  entityId: string
  allowHttp: boolean
  fetcher: Fetcher
  /** What is published, as the federation server reads it. */
  reader: Reader
  signingKeys: SigningKeys
  publishing: PublishContext
  publisher: Publisher
  events: SubordinateEvents
}

/** What each service gets: the dependencies and the one way to write. */
export type ServiceContext = ServiceDeps & { write: Writer }

export function createServices(deps: ServiceDeps) {
  const context: ServiceContext = { ...deps, write: createWriter(deps.db, deps.publisher) }
  return {
    subordinates: createSubordinateService(context),
    trustMarkTypes: createTrustMarkTypeService(context),
    trustMarks: createTrustMarkService(context),
    trustAnchor: createTrustAnchorService(context),
    resolution: createResolutionService(context),
    signingKeys: createSigningKeyService(context),
  }
}

export type Services = ReturnType<typeof createServices>
