/** Asks the admin side to fetch the configuration of a subordinate now, because it has announced new keys (§11.2). */
import type { FastifyInstance } from 'fastify'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { isCurrent, type PublishedJwt } from '#store/published-jwt.ts'
import type { Question } from '#store/questions.ts'
import type { Deps } from './deps.ts'
import type { Call } from './endpoint.ts'
import {
  ask,
  DEFAULT_RATE_LIMIT,
  type QuestionOptions,
  readSubject,
  registerAnswer,
  registerQuestion,
  sendPending,
} from './question.ts'

const name = 'jwks_update_trigger'

/** POST asks. GET says what became of it. A client that authenticates asks for itself. */
export function keyUpdateRoute(
  app: FastifyInstance,
  deps: Deps,
  { questionRateLimit: rateLimit = DEFAULT_RATE_LIMIT }: QuestionOptions,
): void {
  const post = async ({ request, reply, parameters, client }: Call) => {
    const subject = await readSubject(deps, name, client === undefined ? parameters : { sub: client })
    await requireSubordinate(deps, subject.entityId)
    const question: Question = { ...subject, wants: 'examination' }
    await ask(deps, question, request)
    return sendPending(deps, reply, question)
  }
  registerQuestion(app, deps, name, post, rateLimit)
  registerAnswer(app, deps, name, rateLimit)
}

/**
 * Returns the published statement about a subordinate. No one can make us fetch another entity here.
 * @throws FederationError `not_found`
 */
export async function requireSubordinate({ reader, now }: Deps, entityId: EntityId): Promise<PublishedJwt> {
  const statement = await reader.subordinateStatement(entityId)
  if (statement && isCurrent(statement, now())) return statement
  throw new FederationError('not_found', `${entityId} is not a subordinate of this Trust Anchor.`)
}
