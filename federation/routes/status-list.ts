/** Serves the Status List Token of a list: whether each of many issued Trust Marks is revoked (draft-ietf-oauth-status-list). */
import { promisify } from 'node:util'
import { deflate, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { FederationError } from '#core/errors.ts'
import { type Signer, signJwt } from '#core/jws.ts'
import { buildStatusList, STATUS_LIST_BYTES, STATUS_LIST_TYP, statusListUri } from '#core/status-list.ts'
import { isCurrent, type PublishedJwt, readPublishedJwt } from '#store/published-jwt.ts'
import type { StatusList } from '#store/status-list.ts'
import { MAX_CACHE_AGE, sendJson, sendJwt } from '../http/answer.ts'
import { readOptional } from '../http/parameter.ts'
import { STATUS_LIST_ROUTE } from '../http/served-paths.ts'
import type { RouteDeps } from './deps.ts'
import { confirmPublished } from './readiness.ts'

const compress = promisify(deflate)
const toGzip = promisify(gzip)

const MEDIA_TYPE = 'application/statuslist+jwt'

/** Of a type or a key that is not in use: every mark is revoked. */
const allRevoked = Buffer.alloc(STATUS_LIST_BYTES, 0xff)

type Token = { jwt: PublishedJwt; compressed: Buffer | undefined }
type Signed = { basis: string; token: Promise<Token> }

export function statusListRoute(app: FastifyInstance, deps: RouteDeps) {
  const { entityId, reader, marks, now } = deps
  /** By the list, which is another object after a change. */
  const tokens = new WeakMap<StatusList, Signed>()

  /** The token lives as long as the Entity Configuration, which has the key that verifies it. */
  async function readToken(number: string, list: StatusList): Promise<Token> {
    const [areInUse, exp, signer] = await Promise.all([
      marks.areInUse(list.trust_mark_type, list.kid),
      findEnd(deps),
      deps.signer(),
    ])
    const basis = `${areInUse} ${exp} ${signer.kid}`
    const known = tokens.get(list)
    if (known?.basis === basis) return known.token
    const token = sign(areInUse ? list.bytes : allRevoked, { number, exp, signer })
    tokens.set(list, { basis, token })
    token.catch(() => tokens.delete(list))
    return token
  }

  async function sign(
    bytes: Buffer,
    { number, exp, signer }: { number: string; exp: number; signer: Signer },
  ) {
    const claims = buildStatusList({
      issuer: entityId,
      uri: statusListUri(entityId, number),
      iat: now(),
      exp,
      ttl: MAX_CACHE_AGE,
      list: await compress(bytes),
    })
    const jwt = readPublishedJwt(await signJwt(claims, { key: signer, typ: STATUS_LIST_TYP }))
    const compressed = await toGzip(jwt.jwt)
    return { jwt, compressed: compressed.length < jwt.jwt.length ? compressed : undefined }
  }

  app.get<{ Params: { number: string } }>(STATUS_LIST_ROUTE, async (request, reply) => {
    if (readOptional(request.query, 'time') !== undefined) return refuse(reply, 501, NO_HISTORY)
    if (isForCwt(request.headers.accept)) return refuse(reply, 406, NO_CWT)
    const { number } = request.params
    const list = await reader.statusList(number)
    if (!list) {
      await confirmPublished(reader)
      throw new FederationError('not_found', 'This Trust Anchor has no such status list.')
    }
    const token = await readToken(number, list)
    return sendJwt(request, reply, { ...token, now: now(), type: MEDIA_TYPE })
  })
}

const NO_HISTORY = 'This server keeps no earlier status lists. Ask without the parameter time.'
const NO_CWT = `This server has no CWT. Accept ${MEDIA_TYPE}.`

/** Whether a client takes the other format of the draft, and not this one (§8.1 of the draft). */
function isForCwt(accept = ''): boolean {
  const types = accept.split(',').map((each) => each.split(';', 1)[0]?.trim().toLowerCase())
  const isTaken = types.some((type) => type === MEDIA_TYPE || type === 'application/*' || type === '*/*')
  return types.includes('application/statuslist+cwt') && !isTaken
}

/** With a status that the draft names and the errors of the federation have not (§8.4 of the draft). */
function refuse(reply: FastifyReply, status: number, description: string): FastifyReply {
  reply.errorCode = 'unsupported_parameter'
  return sendJson(reply.code(status), { error: 'unsupported_parameter', error_description: description })
}

/** @throws FederationError `temporarily_unavailable` */
async function findEnd({ reader, now }: RouteDeps): Promise<number> {
  const configuration = await reader.entityConfiguration()
  if (configuration?.expires !== undefined && isCurrent(configuration, now())) return configuration.expires
  const message = 'This Trust Anchor has no valid Entity Configuration at the moment. Try again later.'
  throw new FederationError('temporarily_unavailable', message, { retryable: true })
}
