/** Takes requests of software: to register an entity (`/enroll`), or to issue a mark to one (`/trust_mark_request`). */
import type { FastifyInstance } from 'fastify'
import { getEndpointPath } from '#core/endpoint.ts'
import { isCurrent } from '#store/published-jwt.ts'
import type { Question, Subject } from '#store/questions.ts'
import type { Deps } from '../deps.ts'
import { RATE_WINDOW, RateCounter } from '../rate-counter.ts'
import { type Call, createServedCheck, registerEndpoint } from './endpoint.ts'
import {
  ask,
  DEFAULT_RATE_LIMIT,
  type QuestionOptions,
  readSubject,
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

/** POST asks. GET says what became of it. */
function registerRequests(
  app: FastifyInstance,
  deps: Deps,
  name: 'enroll' | 'trust_mark_request',
  max: number,
): void {
  const post = async ({ reply, parameters }: Call) => {
    const subject = await readSubject(deps, name, parameters)
    const done = await findPublished(deps, subject)
    if (done) return sendAnswer(reply, subject, done)
    const known = await deps.questions.answerTo(subject)
    if (known?.state === 'waiting') return sendAnswer(reply.code(202), subject, known)
    await ask(deps, { ...subject, wants: 'examination' })
    return sendPending(deps, reply, subject)
  }
  registerEndpoint(app, deps, name, post, { rateLimit: max })

  const isServed = createServedCheck(deps, name)
  const limit = { rateLimit: { max, timeWindow: RATE_WINDOW }, counter: new RateCounter() }
  const config = { ...limit, isOffered: isServed }
  app.get(getEndpointPath(name), { config }, async (request, reply) => {
    if (!(await isServed())) return reply.callNotFound()
    const subject = await readSubject(deps, name, request.query)
    const done = await findPublished(deps, subject)
    if (done) return sendAnswer(reply, subject, done)
    const questions: Question[] = [
      { ...subject, wants: 'examination' },
      { ...subject, wants: 'state' },
    ]
    for (const question of questions)
      if (await deps.questions.isAsked(question)) return sendPending(deps, reply, subject)
    const answer = await deps.questions.answerTo(subject)
    if (answer) return sendAnswer(reply, subject, answer)
    await ask(deps, { ...subject, wants: 'state' })
    return sendPending(deps, reply, subject)
  })
}

/** What is published needs no question. */
async function findPublished({ reader, now }: Deps, { entityId, trustMarkType }: Subject) {
  if (trustMarkType === null) {
    const statement = await reader.subordinateStatement(entityId)
    if (!statement || !isCurrent(statement, now())) return undefined
    return { state: 'registered', message: 'The entity is registered.' } as const
  }
  const mark = await reader.trustMark(trustMarkType, entityId)
  if (!mark || !isCurrent(mark, now())) return undefined
  return { state: 'issued', message: 'The entity holds a Trust Mark of this type.' } as const
}
