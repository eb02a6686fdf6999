/** What a resolve response was made from of all that may change here, to tell whether it still stands. */
import type { EntityId } from '#core/entity-id.ts'
import type { EntityStatement } from '#core/entity-statement/index.ts'
import type { Reader } from '#store/reader.ts'
import type { TrustAnchor } from './trust-anchor.ts'

export type Basis = {
  subject: EntityId
  /** The statements of the chain that we issued ourselves. */
  own: readonly EntityStatement[]
  /** The subject's stored Entity Configuration and the marks issued to it here, as read before the resolution. */
  stored: string
  anchors: string
}

/** Read before a resolution, so that a change in the middle of it makes the response stale and not the other way. */
export async function readStored(reader: Reader, subject: EntityId): Promise<string> {
  const [configuration, marks] = await Promise.all([
    reader.subordinateConfiguration(subject),
    reader.trustMarksOf(subject),
  ])
  return JSON.stringify([configuration?.etag, marks.map(({ mark }) => mark.etag)])
}

export function describeAnchors(anchors: readonly TrustAnchor[]): string {
  return JSON.stringify(anchors)
}

/** Whether everything is as it was. It asks the reader only, which knows most answers from memory. */
export async function isUnchanged(
  basis: Basis,
  reader: Reader,
  anchors: readonly TrustAnchor[],
): Promise<boolean> {
  if (describeAnchors(anchors) !== basis.anchors) return false
  const [stored, ...own] = await Promise.all([
    readStored(reader, basis.subject),
    ...basis.own.map((statement) => readPublished(reader, statement)),
  ])
  return stored === basis.stored && own.every((jwt, index) => jwt === basis.own[index]?.jwt)
}

async function readPublished(reader: Reader, { claims }: EntityStatement): Promise<string | undefined> {
  const isConfiguration = claims.iss === claims.sub
  const published = await (isConfiguration
    ? reader.entityConfiguration()
    : reader.subordinateStatement(claims.sub))
  return published?.jwt
}
