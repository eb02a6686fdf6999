/** Where the statements of a Trust Chain come from: what is published here from Redis, the rest by fetching (§10.1). */
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import type { StatementSource } from '#core/trust-chain/index.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { isCurrent, type PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import { fetching } from './fetching.ts'

export type SourceOptions = {
  entityId: EntityId
  reader: Reader
  /** Unix seconds. */
  now: number
}

/** How statements that are not published here are had. */
export type Remote = Pick<Fetcher, 'entityConfiguration' | 'subordinateStatement'>

/** Asks nobody, for a resolution that must not open a connection. */
export const nobody: Remote = {
  entityConfiguration: (id) => Promise.reject(notPublished(id)),
  subordinateStatement: ({ subject }) => Promise.reject(notPublished(subject)),
}

/** A source for one resolution. Our own statements are never fetched from ourselves. */
export function createStatementSource(options: SourceOptions, remote: Remote): StatementSource {
  const { entityId, reader, now } = options
  return {
    async entityConfiguration(id) {
      if (id === entityId) return ownConfiguration(await reader.entityConfiguration(), entityId, now)
      const stored = await storedConfiguration(reader, id)
      if (stored && isCurrent(stored, now)) return stored.jwt
      return fetching(() => remote.entityConfiguration(id))
    },
    async subordinateStatement(request) {
      if (request.issuer !== entityId) return fetching(() => remote.subordinateStatement(request))
      const statement = await reader.subordinateStatement(request.subject)
      if (statement && isCurrent(statement, now)) return statement.jwt
      const message = `${request.subject} is not a subordinate of ${entityId}.`
      throw new FederationError('not_found', message, { issuer: entityId, subject: request.subject })
    },
  }
}

function ownConfiguration(jwt: PublishedJwt | undefined, id: EntityId, now: number): string {
  if (jwt && isCurrent(jwt, now)) return jwt.jwt
  const message = `${id} has no valid Entity Configuration at present.`
  throw new FederationError('temporarily_unavailable', message, { subject: id, retryable: true })
}

/** What was fetched of an entity when it was registered or renewed, as long as it is a subordinate here. */
async function storedConfiguration(reader: Reader, id: EntityId): Promise<PublishedJwt | undefined> {
  const [statement, configuration] = await Promise.all([
    reader.subordinateStatement(id),
    reader.subordinateConfiguration(id),
  ])
  return statement && configuration
}

function notPublished(id: EntityId): FederationError {
  return new FederationError('not_found', `No statement about ${id} is published here.`, { subject: id })
}
