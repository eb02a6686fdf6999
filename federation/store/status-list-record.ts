/** Stores status lists in Redis: what all marks of a list have in common, and a bit for each (draft-ietf-oauth-status-list). */
import { STATUS_LIST_BYTES, STATUS_LIST_SIZE } from '#core/status-list.ts'

/** The marks of a list are of one type, and signed with one key. */
export type StatusListFacts = { trust_mark_type: string; kid: string }

/** A field of the hash of lists. */
export const formatListFacts = ({ trust_mark_type, kid }: StatusListFacts): string =>
  JSON.stringify({ trust_mark_type, kid })

export type StatusList = StatusListFacts & {
  /** As the token has them before compression: a bit is 1 if its mark is revoked. */
  bytes: Buffer
}

/** The bit that every stored list has, past its entries: a list of which Redis lost the bits is not one without revocations. */
export const LAST_BIT = STATUS_LIST_SIZE

/** Where Redis has the bit of an entry: Redis counts bits from the highest of a byte, a status list from the lowest. */
export const bitOf = (index: number): number => index ^ 7

/** The entries without the last bit; undefined if they are not complete. */
export function readStatusListBytes(stored: Buffer | null): Buffer | undefined {
  return stored?.length === STATUS_LIST_BYTES + 1 ? stored.subarray(0, STATUS_LIST_BYTES) : undefined
}
