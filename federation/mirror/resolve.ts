/** Resolves an entity from the files of an export alone, and checks all that they say (§8.3, §10). */
import type { EntityId } from '#core/entity-id.ts'
import { verifyJwt } from '#core/jws.ts'
import type { JwkSet } from '#core/keys.ts'
import type { Metadata } from '#core/metadata.ts'
import { RESOLVE_RESPONSE_TYP, type ResolveResponseClaims } from '#core/resolve-response.ts'
import { resolveMetadata, validateTrustChain } from '#core/trust-chain/index.ts'
import { CONFIGURATION_FILE, resolvedFile } from '../files/place.ts'
import { readAnchor } from './anchor.ts'
import { RefusedError } from './refusal.ts'

type Options = {
  /** Null: there is none. */
  file(path: string): Promise<Buffer | null>
  /** Keys that the operator trusts; null: those of the Entity Configuration in the files. */
  pinned: JwkSet | null
  /** Unix seconds. */
  now: number
}

/** Times are unix seconds: when the response was signed, and when the first statement or mark in it ends. `trustMarks`: their types. */
export type OfflineAnswer = {
  subject: EntityId
  trustAnchor: EntityId
  signed: number
  ends: number
  metadata: Metadata
  trustMarks: string[]
}

/** @throws RefusedError, FederationError, as `file` */
export async function resolveOffline(
  subject: EntityId,
  { file, pinned, now }: Options,
): Promise<OfflineAnswer> {
  const configuration = await file(CONFIGURATION_FILE)
  if (!configuration)
    throw new RefusedError(`There is no ${CONFIGURATION_FILE}. Name a folder or the URL of an export.`)
  const { entityId, keys } = await readAnchor(configuration.toString(), { now, before: null, pinned })
  const path = resolvedFile(subject)
  const jwt = path && (await file(path))
  if (!jwt)
    throw new RefusedError(
      `The files have no response about ${subject}: it is no subordinate of ${entityId}.`,
    )
  const { claims } = await verifyJwt(jwt.toString(), { typ: RESOLVE_RESPONSE_TYP, keys, at: { now } })
  const { iss, sub, iat, exp, trust_chain, trust_marks = [] } = claims as ResolveResponseClaims
  if (iss !== entityId || sub !== subject)
    throw new RefusedError(`The response is about ${sub}, from ${iss}.`)
  const options = { trustAnchorKeys: keys, trustAnchor: entityId, now, allowHttp: true }
  const chain = await validateTrustChain(trust_chain, options)
  if (chain.subject !== subject) throw new RefusedError(`The Trust Chain is about ${chain.subject}.`)
  const trustMarks = trust_marks.map(({ trust_mark_type }) => trust_mark_type)
  return {
    subject,
    trustAnchor: entityId,
    signed: iat,
    ends: exp,
    metadata: resolveMetadata(chain),
    trustMarks,
  }
}
