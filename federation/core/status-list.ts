/** Builds Token Status Lists: a bit for each of many tokens says whether it is revoked (draft-ietf-oauth-status-list). */
import { appendPath, type EntityId } from './entity-id.ts'
import { FederationError } from './errors.ts'
import { getMember, isJsonObject } from './json.ts'

export const STATUS_LIST_TYP = 'statuslist+jwt'

/** Entries of a list. */
export const STATUS_LIST_SIZE = 2 ** 17
/** Bytes of a list before compression. */
export const STATUS_LIST_BYTES = STATUS_LIST_SIZE / 8

/** The `status` claim of a token: its entry, and the list that has the entry (§6.1 of the draft). */
export type StatusClaim = { status_list: { idx: number; uri: string } }

export type StatusListClaims = {
  iss: EntityId
  /** The URI of the list. */
  sub: string
  iat: number
  exp: number
  /** Seconds for which a client may use its copy. */
  ttl: number
  status_list: { bits: 1; lst: string }
}

/** Below it is each list, by its number. */
export const STATUS_LIST_PATH = '/status_list'

/** The URI of a list of the issuer. */
export const statusListUri = (issuer: EntityId, number: number | string): string =>
  appendPath(issuer, `${STATUS_LIST_PATH}/${number}`)

/**
 * The claims of a Status List Token (§5.1 of the draft). Times are unix seconds. `list`: bytes in the format of zlib, in
 * which a bit is 1 if its token is revoked; the entry `idx` is the bit `idx % 8`, counted from the lowest, of the byte
 * `idx / 8` (§4.1).
 */
export function buildStatusList(input: {
  issuer: EntityId
  uri: string
  iat: number
  exp: number
  ttl: number
  list: Buffer
}): StatusListClaims {
  return {
    iss: input.issuer,
    sub: input.uri,
    iat: Math.floor(input.iat),
    exp: Math.floor(input.exp),
    ttl: input.ttl,
    status_list: { bits: 1, lst: input.list.toString('base64url') },
  }
}

const refuse = (finding: string) =>
  new FederationError('invalid_request', `The Trust Mark ${finding}.`, { check: 'status' })

/** Where the claims say that the status is listed (§6.1 of the draft). @throws FederationError for an entry that is malformed */
export function findStatusEntry(
  claims: Readonly<Record<string, unknown>>,
): StatusClaim['status_list'] | null {
  const status = isJsonObject(claims.status) ? getMember(claims.status, 'status_list') : undefined
  if (status === undefined) return null
  const { idx, uri } = isJsonObject(status) ? status : {}
  if (typeof idx === 'number' && Number.isSafeInteger(idx) && idx >= 0 && typeof uri === 'string')
    return { idx, uri }
  throw refuse('has a malformed entry of a status list')
}

/** Of a verified token: its list, as it is packed (§4.1, §8.3 of the draft). @throws FederationError */
export function parseStatusList(
  claims: Readonly<Record<string, unknown>>,
  { uri }: StatusClaim['status_list'],
): { bits: number; packed: Buffer } {
  if (claims.sub !== uri) throw refuse('has a status list of another URI')
  const { bits, lst } = isJsonObject(claims.status_list) ? claims.status_list : {}
  if (typeof bits !== 'number' || ![1, 2, 4, 8].includes(bits) || typeof lst !== 'string')
    throw refuse('has a malformed status list')
  return { bits, packed: Buffer.from(lst, 'base64url') }
}

/** Refuses unless the unpacked list says that the entry is valid (§7 of the draft). @throws FederationError */
export function requireValidStatus(list: Buffer, bits: number, { idx }: StatusClaim['status_list']): void {
  const byte = list[Math.floor((idx * bits) / 8)]
  if (byte === undefined) throw refuse('has an entry beyond the end of its status list')
  if (((byte >> ((idx * bits) % 8)) & (2 ** bits - 1)) !== 0) throw refuse('is not valid by its status list')
}
