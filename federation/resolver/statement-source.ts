/** Provides the statements of a Trust Chain: from Redis if published here, otherwise by fetching (§10.1). */
import { decodeJwt } from 'jose'
import type { EntityId } from '#core/entity-id.ts'
import { type EntityStatement, parseEntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import type { StatementSource } from '#core/trust-chain/index.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import { isCurrent, type PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import type { StatementCache } from '#store/statement-cache.ts'
import { type Publishers, publishedBy } from './published-here.ts'
import { fetchOrRefuse } from './refusals.ts'

export type SourceOptions = Publishers & {
  allowHttp: boolean
  /** Unix seconds. */
  now: number
  /**
   * Fetches Entity Configurations of our subordinates too, as those of other entities, and uses the stored ones only while they
   * cannot be fetched. By default the stored ones are used.
   */
  isFresh?: boolean
  /** Has what such fetches found, which may be newer than what is stored. */
  cache?: Pick<StatementCache, 'read'> | undefined
  /** Called when an Entity Configuration was not fetched now. */
  onStored?(): void
}

/** How to fetch statements that we do not publish ourselves. */
export type Remote = Pick<Fetcher, 'entityConfiguration' | 'subordinateStatement'>

/** For a resolution without fetches. */
export const noRemote: Remote = {
  entityConfiguration: (id) => Promise.reject(createUnpublishedError(id)),
  subordinateStatement: ({ subject }) => Promise.reject(createUnpublishedError(subject)),
}

/** For one resolution. Statements of this installation are never fetched. */
export function createStatementSource(options: SourceOptions, remote: Remote): StatementSource {
  const { entityId, allowHttp, reader, now, isFresh = false, cache, onStored } = options
  return {
    async entityConfiguration(id) {
      if (id === entityId)
        return parseOwn(requireCurrent(await reader.entityConfiguration(), id, now), allowHttp)
      const hosted = await publishedBy(id, options)?.entityConfiguration()
      if (hosted && isCurrent(hosted, now)) return parseOwn(hosted, allowHttp)
      const stored = await readStoredConfiguration(reader, id)
      if (!stored || !isCurrent(stored, now)) return fetchOrRefuse(() => remote.entityConfiguration(id))
      if (!isFresh) {
        onStored?.()
        return newerOf(stored, await cache?.read(id, id))
      }
      return remote.entityConfiguration(id).catch((error: unknown) => {
        if (error instanceof FetchError) return stored.jwt
        throw error
      })
    },
    async subordinateStatement(request) {
      const { issuer, subject } = request
      const publisher = publishedBy(issuer, options)
      if (!publisher) return fetchOrRefuse(() => remote.subordinateStatement(request))
      const statement = await publisher.subordinateStatement(subject)
      if (statement && isCurrent(statement, now)) return statement.jwt
      const message = `${subject} is not a subordinate of ${issuer}.`
      throw new FederationError('not_found', message, { issuer, subject })
    },
  }
}

/** Both were verified when they were kept, and are again. */
function newerOf({ jwt }: PublishedJwt, held: { jwt: string } | undefined): string {
  return held && issuedAt(held.jwt) > issuedAt(jwt) ? held.jwt : jwt
}

const issuedAt = (jwt: string): number => decodeJwt(jwt).iat ?? 0

/** By the object of the reader, which stays the same until it changes: our Entity Configuration is in nearly every chain. */
const parsed = new WeakMap<PublishedJwt, EntityStatement>()

function parseOwn(published: PublishedJwt, allowHttp: boolean): EntityStatement {
  const statement = parsed.get(published) ?? parseEntityStatement(published.jwt, { allowHttp })
  parsed.set(published, statement)
  return statement
}

function requireCurrent(jwt: PublishedJwt | undefined, id: EntityId, now: number): PublishedJwt {
  if (jwt && isCurrent(jwt, now)) return jwt
  const message = `${id} has no valid Entity Configuration at the moment. Try again later.`
  throw new FederationError('temporarily_unavailable', message, { subject: id, retryable: true })
}

/** Reads the Entity Configuration from the last registration or renewal, if the entity is still a subordinate. */
async function readStoredConfiguration(reader: Reader, id: EntityId): Promise<PublishedJwt | undefined> {
  const [statement, configuration] = await Promise.all([
    reader.subordinateStatement(id),
    reader.subordinateConfiguration(id),
  ])
  return statement && configuration
}

function createUnpublishedError(id: EntityId): FederationError {
  return new FederationError('not_found', `No statement about ${id} is published here.`, { subject: id })
}
