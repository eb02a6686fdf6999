/** Reads status lists as a verifier of another origin does: with `@sd-jwt/jwt-status-list`, and the signature with `jose`. */
import { getListFromStatusListJWT, getStatusListFromJWT } from '@sd-jwt/jwt-status-list'
import { decodeJwt } from 'jose'

/** The entry that a mark refers to. @throws if it refers to none */
export const entryOf = (mark: string): { idx: number; uri: string } => getStatusListFromJWT(mark)

/** 0: valid; 1: revoked. */
export const statusIn = (token: string, mark: string): number =>
  getListFromStatusListJWT(token).getStatus(entryOf(mark).idx)

/** The claims of a mark that refers to no entry have no `status`. */
export const statusClaimOf = (mark: string): unknown => decodeJwt(mark).status
