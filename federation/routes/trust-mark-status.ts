/** Whether a Trust Mark that was issued here is still good (§8.4). */
import type { FastifyInstance } from 'fastify'
import { FederationError } from '#core/errors.ts'
import { signJwt, verifySignature } from '#core/jws.ts'
import type { Jwk } from '#core/keys.ts'
import {
  buildTrustMarkStatus,
  parseTrustMark,
  TRUST_MARK_STATUS_TYP,
  type TrustMarkStatus,
} from '#core/trust-mark/index.ts'
import { createCache } from '#store/cache.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import { hashTrustMark } from '#store/trust-mark-record.ts'
import type { Deps } from '../deps.ts'
import { confirmPublished } from './absence.ts'
import { send } from './answer.ts'
import { type Call, endpoint } from './endpoint.ts'
import { required } from './parameter.ts'

/** Milliseconds for which a signed answer is given again, unless a mark changes before. */
const REUSE_MS = 5_000
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

/** A form of 16 KiB holds no longer mark. */
const MAX_MARK_BYTES = 16 * 1024

export function trustMarkStatusRoute(app: FastifyInstance, deps: Deps) {
  const answers = createCache<Buffer>({
    maxAge: REUSE_MS,
    maxSize: MAX_ANSWER_BYTES,
    sizeOf: (answer) => answer.length,
  })
  deps.reader.onChange(({ kind }) => {
    if (kind === 'trust-mark' || kind === 'all') answers.drop()
  })

  const answer = async ({ reply, parameters }: Call) => {
    const mark = required(parameters, 'trust_mark', MAX_MARK_BYTES)
    const body = await answers.read(hashTrustMark(mark), async () =>
      Buffer.from(await signStatus(deps, mark)),
    )
    return send(reply, body, 'application/trust-mark-status-response+jwt')
  }
  endpoint(app, deps, 'trust_mark_status', answer)
}

async function signStatus(deps: Deps, jwt: string): Promise<string> {
  const status = await findStatus(deps, jwt)
  const claims = buildTrustMarkStatus({ issuer: deps.entityId, iat: deps.now(), trustMark: jwt, status })
  return signJwt(claims, { key: deps.keys().signer, typ: TRUST_MARK_STATUS_TYP })
}

/** Revoked comes before expired: the text gives no order, and this answer is the safer one. */
async function findStatus({ entityId, reader, keys, now }: Deps, jwt: string): Promise<TrustMarkStatus> {
  const standing = await reader.trustMarkStatus(jwt)
  if (standing === 'unknown') {
    await confirmPublished(reader)
    throw new FederationError('not_found', 'This Trust Mark was not issued here.')
  }
  if (standing === 'revoked') return 'revoked'
  try {
    const mark = parseTrustMark(jwt, { allowHttp: true })
    await verifySignature(mark, { keys: verificationKeys(keys()) })
    if (mark.claims.iss !== entityId) return 'invalid'
    return mark.claims.exp !== undefined && mark.claims.exp <= now() ? 'expired' : 'active'
  } catch (error) {
    if (error instanceof FederationError) return 'invalid'
    throw error
  }
}

/** Retired keys still verify what they signed, but whoever holds a compromised one may have signed anything (§8.7.3). */
function verificationKeys({ published, historical }: KeyDirectory): Jwk[] {
  return [...published.keys, ...historical.filter(({ revoked }) => revoked?.reason !== 'compromised')]
}
