/** Serves Subordinate Statements (§8.1). */
import type { FastifyInstance } from 'fastify'
import { ENTITY_CONFIGURATION_PATH, type EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { isCurrent } from '#store/published-jwt.ts'
import { sendJwt } from '../http/answer.ts'
import { readRequiredEntityId } from '../http/parameter.ts'
import type { PublishedSource } from '../http/published-source.ts'
import type { Deps } from './deps.ts'
import { type Call, registerEndpoint } from './endpoint.ts'
import { confirmPublished } from './readiness.ts'

export function fetchRoute(app: FastifyInstance, deps: Deps) {
  const { entityId, reader, now } = deps
  const readSubject = (parameters: unknown): EntityId => {
    const subject = readRequiredEntityId(parameters, 'sub', deps)
    if (subject !== entityId) return subject
    const message = `${subject} is this Trust Anchor. Its Entity Configuration is at ${ENTITY_CONFIGURATION_PATH}.`
    throw new FederationError('invalid_request', message, { subject })
  }
  const answer = async ({ request, reply, parameters }: Call) => {
    const subject = readSubject(parameters)
    const jwt = await reader.subordinateStatement(subject)
    if (!jwt) {
      await confirmPublished(reader)
      throw new FederationError('not_found', `${subject} is not a subordinate of this Trust Anchor.`, {
        subject,
      })
    }
    if (!isCurrent(jwt, now())) {
      throw new FederationError('not_found', `The statement about ${subject} has expired.`, { subject })
    }
    return sendJwt(request, reply, { jwt, now: now(), type: 'application/entity-statement+jwt' })
  }
  const published: PublishedSource = {
    names: ['sub'],
    peek: ({ sub = '' }) => reader.peek.subordinateStatement(sub),
    read: (parameters) => reader.subordinateStatement(readSubject(parameters)),
  }
  registerEndpoint(app, deps, 'fetch', answer, { published })
}
