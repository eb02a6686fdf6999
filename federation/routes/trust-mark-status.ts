/** Serves the status of an issued Trust Mark (§8.4). */
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
import { type Call, registerEndpoint } from './endpoint.ts'
import { readRequired } from './parameter.ts'

/** Milliseconds for reuse of a signed response, unless a mark changes before. */
const REUSE_MS = 5_000
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

/** The limit of the form. */
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
    const mark = readRequired(parameters, 'trust_mark', MAX_MARK_BYTES)
    const body = await answers.read(hashTrustMark(mark), async () =>
      Buffer.from(await signStatus(deps, mark)),
    )
    return send(reply, body, 'application/trust-mark-status-response+jwt')
  }
  registerEndpoint(app, deps, 'trust_mark_status', answer)
}

async function signStatus(deps: Deps, jwt: string): Promise<string> {
  const status = await findStatus(deps, jwt)
  const claims = buildTrustMarkStatus({ issuer: deps.entityId, iat: deps.now(), trustMark: jwt, status })
  return signJwt(claims, { key: deps.keys().signer, typ: TRUST_MARK_STATUS_TYP })
}

/** Revoked takes precedence over expired. The specification has no order, and this is safer. */
async function findStatus({ entityId, reader, keys, now }: Deps, jwt: string): Promise<TrustMarkStatus> {
  const recorded = await reader.trustMarkStatus(jwt)
  if (recorded === 'unknown') {
    await confirmPublished(reader)
    throw new FederationError('not_found', 'This Trust Anchor did not issue this Trust Mark.')
  }
  if (recorded === 'revoked') return 'revoked'
  try {
    const mark = parseTrustMark(jwt, { allowHttp: true })
    await verifySignature(mark, { keys: listVerificationKeys(keys()) })
    if (mark.claims.iss !== entityId) return 'invalid'
    return mark.claims.exp !== undefined && mark.claims.exp <= now() ? 'expired' : 'active'
  } catch (error) {
    if (error instanceof FederationError) return 'invalid'
    throw error
  }
}

/** Retired keys still verify marks, but compromised ones do not (§8.7.3). */
function listVerificationKeys({ published, historical }: KeyDirectory): Jwk[] {
  return [...published.keys, ...historical.filter(({ revoked }) => revoked?.reason !== 'compromised')]
}
