/** Finds where the statements of an issuer are published, if that is in this installation. They are never fetched or copied. */
import type { EntityId } from '#core/entity-id.ts'
import type { Reader } from '#store/reader.ts'

/** What another anchor of the installation publishes; undefined: it is none. */
export type Hosted = (entityId: EntityId) => Reader | undefined

/** `hosted` is absent in commands, which know no other anchor. */
export type Publishers = { entityId: EntityId; reader: Reader; hosted?: Hosted | undefined }

export const publishedBy = (
  issuer: EntityId,
  { entityId, reader, hosted }: Publishers,
): Reader | undefined => (issuer === entityId ? reader : hosted?.(issuer))
