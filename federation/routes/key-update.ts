/** Asks the admin side to fetch the configuration of a subordinate now, because it has announced new keys (§11.2). */
import type { FastifyInstance } from 'fastify'
import { getEndpointPath } from '#core/endpoint.ts'
import { FederationError } from '#core/errors.ts'
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

const name = 'jwks_update_trigger'

/** POST asks. GET says what became of it. A client that authenticates asks for itself. */
export function keyUpdateRoute(
  app: FastifyInstance,
  deps: Deps,
  { questionRateLimit: max = DEFAULT_RATE_LIMIT }: QuestionOptions,
): void {
  const post = async ({ reply, parameters, client }: Call) => {
    const subject = await readSubject(deps, name, client === undefined ? parameters : { sub: client })
    await requireSubordinate(deps, subject)
    await ask(deps, toQuestion(subject))
    return sendPending(deps, reply, subject)
  }
  registerEndpoint(app, deps, name, post, { rateLimit: max })

  const isServed = createServedCheck(deps, name)
  const config = {
    rateLimit: { max, timeWindow: RATE_WINDOW },
    counter: new RateCounter(),
    isOffered: isServed,
  }
  app.get(getEndpointPath(name), { config }, async (request, reply) => {
    if (!(await isServed())) return reply.callNotFound()
    const subject = await readSubject(deps, name, request.query)
    if (await deps.questions.isAsked(toQuestion(subject))) return sendPending(deps, reply, subject)
    const answer = await deps.questions.answerTo(subject)
    if (answer) return sendAnswer(reply, subject, answer)
    throw new FederationError('not_found', `Nothing was asked for ${subject.entityId} within ten minutes.`)
  })
}

const toQuestion = (subject: Subject): Question => ({ ...subject, wants: 'examination' })

/** No one can make us fetch another entity here. @throws FederationError `not_found` */
async function requireSubordinate({ reader, now }: Deps, { entityId }: Subject): Promise<void> {
  const statement = await reader.subordinateStatement(entityId)
  if (statement && isCurrent(statement, now())) return
  throw new FederationError('not_found', `${entityId} is not a subordinate of this Trust Anchor.`)
}
