/** Builds Token Status Lists: a bit for each of many tokens says whether it is revoked (draft-ietf-oauth-status-list). */
import { appendPath, type EntityId } from './entity-id.ts'

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
