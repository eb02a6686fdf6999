/** Answers with what Redis said last, by the routes of the server. Nothing is signed: a new time would hide how old it is. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { FastifyInstance } from 'fastify'
import { FederationError } from '#core/errors.ts'
import type { Known, Reader } from '#store/reader.ts'
import { createAuthMethods } from '../client/auth-methods.ts'
import { createOwnMetadata } from '../client/own-metadata.ts'
import { buildBareApp } from '../http/bare-app.ts'
import { createIssuedMarks } from '../marks/issued.ts'
import type { Deps } from '../routes/deps.ts'
import { entityConfigurationRoute } from '../routes/entity-configuration.ts'
import { fetchRoute } from '../routes/fetch.ts'
import { historicalKeysRoute } from '../routes/historical-keys.ts'
import { trustMarkRoute } from '../routes/trust-mark.ts'
import type { Answer, Source } from './source.ts'

/** When the oldest part of an answer was current, on the clock of `performance`. */
type Age = { at: number }

export function createMemorySource(deps: Deps): Source {
  const ages = new AsyncLocalStorage<Age>()
  const take = <Value>(known: Known<Value> | undefined): Value => {
    if (!known) throw new FederationError('temporarily_unavailable', 'Redis is away.', { retryable: true })
    const age = ages.getStore()
    if (age) age.at = Math.min(age.at, known.at)
    return known.value
  }
  const reader = createLastReader(deps.reader, take)
  const ownMetadata = createOwnMetadata(reader)
  const own = { ...deps, reader, ownMetadata, authMethods: createAuthMethods(ownMetadata) }
  const app = buildBareApp({})
  entityConfigurationRoute(app, own)
  fetchRoute(app, own)
  historicalKeysRoute(app, own)
  trustMarkRoute(app, { ...own, marks: createIssuedMarks(own) })
  return createSource(app, ages, () => deps.reader.last.entityConfiguration()?.at)
}

function createSource(
  app: FastifyInstance,
  ages: AsyncLocalStorage<Age>,
  at: () => number | undefined,
): Source {
  return {
    at: async () => toUnix(at() ?? -Infinity),
    async answer(url): Promise<Answer | undefined> {
      const age: Age = { at: performance.now() }
      // `inject` starts when it is awaited.
      const { statusCode, rawPayload, headers } = await ages.run(age, async () => await app.inject(url))
      if (statusCode !== 200) return undefined
      return { body: rawPayload, headers, at: toUnix(age.at) }
    },
    close: () => app.close(),
  }
}

const toUnix = (at: number) => (Date.now() + at - performance.now()) / 1000

/** Throws where nothing is known: what was absent may be there by now. */
function createLastReader(reader: Reader, take: <Value>(known: Known<Value> | undefined) => Value): Reader {
  const { last } = reader
  const unknown = () => undefined
  const peek = Object.fromEntries(Object.keys(reader.peek).map((name) => [name, unknown]))
  return {
    ...reader,
    peek: peek as unknown as Reader['peek'], // each of its functions may return undefined
    entityConfiguration: async () => take(last.entityConfiguration()),
    historicalKeys: async () => take(last.historicalKeys()),
    subordinateStatement: async (id) => take(last.subordinateStatement(id)),
    trustMark: async (type, subject) =>
      take(last.trustMarksOf(subject)).find((mark) => mark.type === type) ?? take(undefined),
    unusedTrustMarkTypes: async () => take(last.unusedTrustMarkTypes()),
  }
}
