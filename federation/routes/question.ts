/** What the endpoints have in common that ask the admin side: the question, its state, and the answer. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { getEndpointPath } from '#core/endpoint.ts'
import { addParameters, appendPath, type EntityId, parseEntityId } from '#core/entity-id.ts'
import { correctEntityId } from '#core/entity-id-correction.ts'
import { FederationError } from '#core/errors.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import type { Answer, Question, Subject } from '#store/questions.ts'
import { sendJson } from '../http/answer.ts'
import { getAddressGroup } from '../http/client-address.ts'
import { FORM_TYPE } from '../http/error-handler.ts'
import { readRequired } from '../http/parameter.ts'
import { acceptJson, JSON_TYPE } from '../http/request-body.ts'
import type { Deps } from './deps.ts'
import { type Call, createServedCheck, limitRate, registerEndpoint } from './endpoint.ts'

/** Requests per minute and address. */
export const DEFAULT_RATE_LIMIT = 60

export type QuestionOptions = { questionRateLimit?: number }

/** Seconds after which a client asks again, at the earliest. */
export const PATIENCE = 2

/** What the client asks, and its address. */
type Asker = Pick<FastifyRequest, 'ip'>

/** @throws FederationError `invalid_request` */
export async function readSubject(
  deps: Deps,
  endpoint: Subject['endpoint'],
  parameters: unknown,
): Promise<Subject> {
  const entityId = parseSubject(readRequired(parameters, 'sub'), deps)
  const trustMarkType = endpoint === 'trust_mark_request' ? readRequired(parameters, 'trust_mark_type') : null
  try {
    await deps.checkPort(entityId)
  } catch (error) {
    if (error instanceof FetchError) throw new FederationError('invalid_request', error.message)
    throw error
  }
  return { endpoint, entityId, trustMarkType }
}

/** @throws FederationError `invalid_request`, with the right spelling of what only has a mistake */
function parseSubject(text: string, deps: Deps): EntityId {
  try {
    return parseEntityId(text, deps)
  } catch (error) {
    const correction = correctEntityId(text, deps)
    if (!(error instanceof FederationError) || !correction) throw error
    throw new FederationError(
      'invalid_request',
      `${correction.reason} Use ${correction.entityId}.`,
      error.detail,
    )
  }
}

/** @throws FederationError `temporarily_unavailable` when too many are asked, by all clients or by this one */
export async function ask({ questions }: Deps, question: Question, { ip }: Asker): Promise<void> {
  if (await questions.ask(question, getAddressGroup(ip))) return
  const message = 'Too many entities wait to be examined. Try again in a few minutes.'
  throw new FederationError('temporarily_unavailable', message, { retryable: true })
}

/** Where the answer is found. */
export function buildAnswerUrl(
  { entityId }: Deps,
  { endpoint, entityId: sub, trustMarkType }: Subject,
): string {
  const type = trustMarkType === null ? {} : { trust_mark_type: trustMarkType }
  return addParameters(appendPath(entityId, getEndpointPath(endpoint)), { sub, ...type })
}

/** Seconds after which a question can be answered, and a client asks again. Undefined: it is not asked. */
export async function findWait({ questions }: Deps, question: Question): Promise<number | undefined> {
  const wait = await questions.waitFor(question)
  return wait === null ? undefined : Math.max(PATIENCE, Math.ceil(wait / 1000))
}

/** The question waits for its answer. */
export async function sendPending(
  deps: Deps,
  reply: FastifyReply,
  question: Question,
): Promise<FastifyReply> {
  const seconds = (await findWait(deps, question)) ?? PATIENCE
  const status = buildAnswerUrl(deps, question)
  reply.code(202).header('location', status).header('retry-after', seconds)
  const message = `The entity waits to be examined. Ask again in ${seconds} seconds.`
  return sendJson(reply, { ...describeSubject(question), state: 'pending', message, status })
}

/** A POST that asks, with a form or JSON as its body. @param rateLimit requests per minute and address */
export function registerQuestion(
  app: FastifyInstance,
  deps: Deps,
  name: Subject['endpoint'],
  post: (call: Call) => Promise<FastifyReply>,
  rateLimit: number,
): void {
  app.register(async (scope) => {
    acceptJson(scope)
    registerEndpoint(scope, deps, name, post, { rateLimit, contentType: `${FORM_TYPE} or ${JSON_TYPE}` })
  })
}

/** GET says what became of the question that a POST asked. @param max requests per minute and address */
export function registerAnswer(
  app: FastifyInstance,
  deps: Deps,
  name: Subject['endpoint'],
  max: number,
): void {
  const isServed = createServedCheck(deps, name)
  const config = { ...limitRate(max), isOffered: isServed }
  app.get(getEndpointPath(name), { config }, async (request, reply) => {
    if (!(await isServed())) return reply.callNotFound()
    const subject = await readSubject(deps, name, request.query)
    const question: Question = { ...subject, wants: 'examination' }
    if ((await findWait(deps, question)) !== undefined) return sendPending(deps, reply, question)
    const answer = await deps.questions.answerTo(subject)
    if (answer) return sendAnswer(reply, subject, answer)
    throw new FederationError('not_found', `Nothing was asked for ${subject.entityId} within ten minutes.`)
  })
}

/** An answer, or what is published. */
type Outcome = Pick<Answer, 'state' | 'message'> & Partial<Pick<Answer, 'checks' | 'at'>>

/** @throws FederationError `not_found` when nothing was asked */
export function sendAnswer(reply: FastifyReply, subject: Subject, outcome: Outcome): FastifyReply {
  const { state, message, checks = [], at } = outcome
  if (state === 'unknown') throw new FederationError('not_found', message, { subject: subject.entityId })
  return sendJson(reply, {
    ...describeSubject(subject),
    state,
    message,
    ...(checks.length > 0 ? { checks } : {}),
    ...(at === undefined ? {} : { answered_at: at }),
  })
}

const describeSubject = ({ entityId, trustMarkType }: Subject) => ({
  sub: entityId,
  ...(trustMarkType === null ? {} : { trust_mark_type: trustMarkType }),
})
