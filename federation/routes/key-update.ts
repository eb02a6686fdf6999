/** Takes new keys of a subordinate: a signed JWK Set that it pushes, or the announcement that its configuration has them. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { getEndpointPath } from '#core/endpoint.ts'
import type { EntityId } from '#core/entity-id.ts'
import { parseEntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import {
  checkKeySetUpdate,
  KEY_SET_TYP,
  parseKeySetUpdate,
  verifyKeySetUpdate,
} from '#core/key-set-update.ts'
import { isCurrent, type PublishedJwt } from '#store/published-jwt.ts'
import type { Question } from '#store/questions.ts'
import { bytes } from '../http/limits.ts'
import { refuseCompressed } from '../http/request-body.ts'
import type { Deps } from './deps.ts'
import { type Call, createServedCheck, limitRate } from './endpoint.ts'
import {
  ask,
  DEFAULT_RATE_LIMIT,
  type QuestionOptions,
  readSubject,
  registerAnswer,
  registerQuestion,
  sendPending,
} from './question.ts'

const pushEndpoint = 'jwks_update'
const contentType = `application/${KEY_SET_TYP}`

/** Seconds. A set that does not say when it was issued comes before all that do, so that no replay takes their place. */
const BEFORE_ALL = 1e12

/** POST asks: its signature is its authentication. GET says what became of it. */
export function keyPushRoute(
  app: FastifyInstance,
  deps: Deps,
  { questionRateLimit: rateLimit = DEFAULT_RATE_LIMIT }: QuestionOptions,
): void {
  const isServed = createServedCheck(deps, pushEndpoint)
  const config = { ...limitRate(rateLimit), isOffered: isServed, contentType }

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      contentType,
      { parseAs: 'string', bodyLimit: bytes.keySet },
      (_request, body, done) => done(null, body),
    )
    const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
      if (!(await isServed())) return reply.callNotFound()
      refuseCompressed(request, reply)
    }
    scope.post(getEndpointPath(pushEndpoint), { config, onRequest }, async (request, reply) => {
      const { question, pushed } = await verify(deps, request.body)
      await deps.pushedKeys.put(pushed)
      try {
        await ask(deps, question, request)
      } catch (error) {
        await deps.pushedKeys.remove(pushed)
        throw error
      }
      return sendPending(deps, reply, question)
    })
  })
  registerAnswer(app, deps, pushEndpoint, rateLimit)
}

/** What needs no signature is checked first. @throws FederationError */
async function verify(deps: Deps, body: unknown) {
  const { allowHttp, entityId: audience, now } = deps
  const update = parseKeySetUpdate(body, { allowHttp })
  checkKeySetUpdate(update, { audience, now: now() })
  const subject = await readSubject(deps, pushEndpoint, { sub: update.claims.iss })
  const statement = await requireSubordinate(deps, subject.entityId)
  const { claims } = parseEntityStatement(statement.jwt, { allowHttp })
  await verifyKeySetUpdate(update, claims.jwks, now())
  const { entityId } = subject
  const question: Question = { ...subject, wants: 'examination' }
  return { question, pushed: { entityId, order: update.claims.iat ?? now() - BEFORE_ALL, jwt: update.jwt } }
}

const triggerEndpoint = 'jwks_update_trigger'

/** POST asks. GET says what became of it. A client that authenticates asks for itself. */
export function keyUpdateRoute(
  app: FastifyInstance,
  deps: Deps,
  { questionRateLimit: rateLimit = DEFAULT_RATE_LIMIT }: QuestionOptions,
): void {
  const post = async ({ request, reply, parameters, client }: Call) => {
    const subject = await readSubject(
      deps,
      triggerEndpoint,
      client === undefined ? parameters : { sub: client },
    )
    await requireSubordinate(deps, subject.entityId)
    const question: Question = { ...subject, wants: 'examination' }
    await ask(deps, question, request)
    return sendPending(deps, reply, question)
  }
  registerQuestion(app, deps, triggerEndpoint, post, rateLimit)
  registerAnswer(app, deps, triggerEndpoint, rateLimit)
}

/**
 * Returns the published statement about a subordinate. No one can make us fetch another entity here.
 * @throws FederationError `not_found`
 */
async function requireSubordinate({ reader, now }: Deps, entityId: EntityId): Promise<PublishedJwt> {
  const statement = await reader.subordinateStatement(entityId)
  if (statement && isCurrent(statement, now())) return statement
  throw new FederationError('not_found', `${entityId} is not a subordinate of this Trust Anchor.`)
}
