/** Takes requests of software: to register an entity (`/enroll`), or to issue a mark to one (`/trust_mark_request`). */
import type { FastifyInstance } from 'fastify'
import { decodeJwt } from 'jose'
import { getEndpointPath } from '#core/endpoint.ts'
import { getMember, isJsonObject } from '#core/json.ts'
import { isCurrent } from '#store/published-jwt.ts'
import type { Question, Subject } from '#store/questions.ts'
import type { Deps } from './deps.ts'
import { type Call, createServedCheck, limitRate } from './endpoint.ts'
import {
  ask,
  DEFAULT_RATE_LIMIT,
  findWait,
  type QuestionOptions,
  readSubject,
  registerQuestion,
  sendAnswer,
  sendPending,
} from './question.ts'

export function requestRoutes(
  app: FastifyInstance,
  deps: Deps,
  { questionRateLimit: rateLimit = DEFAULT_RATE_LIMIT }: QuestionOptions,
) {
  registerRequests(app, deps, 'enroll', rateLimit)
  registerRequests(app, deps, 'trust_mark_request', rateLimit)
}

/** POST asks. GET says what became of it, and asks where nothing was asked before, as clients of other servers do. */
function registerRequests(
  app: FastifyInstance,
  deps: Deps,
  name: 'enroll' | 'trust_mark_request',
  max: number,
): void {
  const post = async ({ request, reply, parameters }: Call) => {
    const subject = await readSubject(deps, name, parameters)
    const done = await findPublished(deps, subject)
    if (done) return sendAnswer(reply, subject, done)
    const known = await deps.questions.answerTo(subject)
    if (known?.state === 'waiting') return sendAnswer(reply.code(202), subject, known)
    const question: Question = { ...subject, wants: 'examination' }
    await ask(deps, question, request)
    return sendPending(deps, reply, question)
  }
  registerQuestion(app, deps, name, post, max)

  const isServed = createServedCheck(deps, name)
  const config = { ...limitRate(max), isOffered: isServed }
  app.get(getEndpointPath(name), { config }, async (request, reply) => {
    if (!(await isServed())) return reply.callNotFound()
    const subject = await readSubject(deps, name, request.query)
    const done = await findPublished(deps, subject)
    if (done) return sendAnswer(reply, subject, done)
    // A GET does not authenticate its client, so it asks only where none has to.
    const { anonymous } = await deps.authMethods(name)
    const question: Question = { ...subject, wants: anonymous ? 'state or examination' : 'state' }
    for (const each of [{ ...subject, wants: 'examination' } as const, question])
      if ((await findWait(deps, each)) !== undefined) return sendPending(deps, reply, each)
    const answer = await deps.questions.answerTo(subject)
    if (answer) return sendAnswer(reply, subject, answer)
    await ask(deps, question, request)
    return sendPending(deps, reply, question)
  })
}

/** What published data answers needs no question. */
async function findPublished({ reader, now }: Deps, { entityId, trustMarkType }: Subject) {
  if (trustMarkType === null) {
    const statement = await reader.subordinateStatement(entityId)
    if (!statement || !isCurrent(statement, now())) return undefined
    return { state: 'registered', message: 'The entity is registered.' } as const
  }
  const mark = await reader.trustMark(trustMarkType, entityId)
  if (mark && isCurrent(mark, now()))
    return { state: 'issued', message: 'The entity holds a Trust Mark of this type.' } as const
  const statement = await reader.subordinateStatement(entityId)
  if (!statement || !isCurrent(statement, now()))
    return { state: 'refused', message: `There is no entity ${entityId} here.` } as const
  const configuration = await reader.entityConfiguration()
  const issued = configuration && decodeJwt(configuration.jwt).trust_mark_issuers
  if (!isJsonObject(issued) || !getMember(issued, trustMarkType))
    return { state: 'refused', message: 'No Trust Mark of this type is issued here.' } as const
  return undefined
}
