/** Serves the registration events of a subordinate, signed on request (Subordinate Events). */
import type { FastifyInstance } from 'fastify'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { signJwt } from '#core/jws.ts'
import { createCache } from '#store/cache.ts'
import { send } from '../http/answer.ts'
import { readRequiredEntityId } from '../http/parameter.ts'
import type { Deps } from './deps.ts'
import { type Call, registerEndpoint } from './endpoint.ts'
import { confirmPublished } from './readiness.ts'

const TYP = 'entity-events-statement+jwt'

/** Milliseconds for reuse of a signed response, unless a subordinate or our keys change before. */
const REUSE_MS = 5_000
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

export function subordinateEventsRoute(app: FastifyInstance, deps: Deps) {
  const answers = createCache<string>({
    maxAge: REUSE_MS,
    maxSize: MAX_ANSWER_BYTES,
    sizeOf: (answer) => answer.length,
  })
  deps.reader.onChange(({ kind, id }) => {
    if (kind === 'subordinate') answers.drop(id)
    if (kind === 'entity-configuration' || kind === 'all') answers.drop() // the keys may have changed
  })

  const answer = async ({ reply, parameters }: Call) => {
    const subject = readRequiredEntityId(parameters, 'sub', deps)
    const body = await answers.read(subject, () => signEvents(deps, subject))
    return send(reply, body, `application/${TYP}`)
  }
  registerEndpoint(app, deps, 'subordinate_events', answer)
}

async function signEvents({ entityId, reader, signer, now }: Deps, subject: EntityId): Promise<string> {
  const events = await reader.subordinateEvents(subject)
  // A subordinate may have no recorded events.
  if (!events && !(await reader.subordinateStatement(subject))) {
    await confirmPublished(reader)
    throw new FederationError('not_found', `${subject} was never a subordinate of this Trust Anchor.`, {
      subject,
    })
  }
  const claims = {
    iss: entityId,
    sub: subject,
    iat: now(),
    federation_registration_events: events ?? [],
  }
  return signJwt(claims, { key: await signer(), typ: TYP })
}
