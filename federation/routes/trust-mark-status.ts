/** Serves the status of an issued Trust Mark (§8.4). */
import type { FastifyInstance } from 'fastify'
import { FederationError } from '#core/errors.ts'
import { signJwt } from '#core/jws.ts'
import { buildTrustMarkStatus, TRUST_MARK_STATUS_TYP, type TrustMarkStatus } from '#core/trust-mark/index.ts'
import { createCache } from '#store/cache.ts'
import { hashTrustMark } from '#store/trust-mark-record.ts'
import { send } from '../http/answer.ts'
import { readRequired } from '../http/parameter.ts'
import type { RouteDeps } from './deps.ts'
import { type Call, registerEndpoint } from './endpoint.ts'
import { confirmPublished } from './readiness.ts'

/** Milliseconds for reuse of a signed response, unless a mark or the owner of a type changes before. */
const REUSE_MS = 5_000
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

/** The limit of the form. */
const MAX_MARK_BYTES = 16 * 1024

export function trustMarkStatusRoute(app: FastifyInstance, deps: RouteDeps) {
  const answers = createCache<string>({
    maxAge: REUSE_MS,
    maxSize: MAX_ANSWER_BYTES,
    sizeOf: (answer) => answer.length,
  })
  deps.reader.onChange(({ kind }) => {
    if (kind === 'trust-mark' || kind === 'entity-configuration' || kind === 'all') answers.drop()
  })

  const answer = async ({ reply, parameters }: Call) => {
    const mark = readRequired(parameters, 'trust_mark', MAX_MARK_BYTES)
    const body = await answers.read(hashTrustMark(mark), () => signStatus(deps, mark))
    return send(reply, body, 'application/trust-mark-status-response+jwt')
  }
  registerEndpoint(app, deps, 'trust_mark_status', answer)
}

async function signStatus(deps: RouteDeps, jwt: string): Promise<string> {
  const status = await findStatus(deps, jwt)
  const claims = buildTrustMarkStatus({ issuer: deps.entityId, iat: deps.now(), trustMark: jwt, status })
  return signJwt(claims, { key: await deps.signer(), typ: TRUST_MARK_STATUS_TYP })
}

/** Revoked takes precedence over expired. The specification has no order, and this is safer. */
async function findStatus({ reader, marks }: RouteDeps, jwt: string): Promise<TrustMarkStatus> {
  const recorded = await reader.trustMarkStatus(jwt)
  if (recorded === 'unknown') {
    await confirmPublished(reader)
    throw new FederationError('not_found', 'This Trust Anchor did not issue this Trust Mark.')
  }
  return recorded === 'revoked' ? 'revoked' : marks.judge(jwt)
}
