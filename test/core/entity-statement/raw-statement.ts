/** Statements with any claims, without a valid signature. */
import { configurationClaims, rawJwt, subordinateClaims } from '../fixture/statement.ts'

export const mark = (type: unknown) => rawJwt({ typ: 'anything', alg: 'unknown' }, { trust_mark_type: type })

export const header = { typ: 'entity-statement+jwt', alg: 'ES256', kid: 'a' }
export const configuration = (claims: object) => rawJwt(header, configurationClaims('leaf', { ...claims }))
export const subordinate = (claims: object) =>
  rawJwt(header, subordinateClaims('anchor', 'leaf', { ...claims }))
