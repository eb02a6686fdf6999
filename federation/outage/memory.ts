/** Answers with what Redis said last, by the routes of the server. Nothing is signed: a new time would hide how old it is. */
import { FederationError } from '#core/errors.ts'
import type { Known, Reader } from '#store/reader.ts'
import { createAuthMethods, createOwnMetadata } from '../client/own-metadata.ts'
import { buildBareApp } from '../http/bare-app.ts'
import { createIssuedMarks } from '../marks/issued.ts'
import type { Deps } from '../routes/deps.ts'
import { entityConfigurationRoute } from '../routes/entity-configuration.ts'
import { fetchRoute } from '../routes/fetch.ts'
import { historicalKeysRoute } from '../routes/historical-keys.ts'
import { trustMarkRoute } from '../routes/trust-mark.ts'
import { createTimes, type Source } from './source.ts'

export function createMemorySource(deps: Deps): Source {
  const times = createTimes()
  const take = <Value>(known: Known<Value> | undefined): Value => {
    if (!known) throw new FederationError('temporarily_unavailable', 'Redis is away.', { retryable: true })
    times.note((Date.now() + known.at - performance.now()) / 1000)
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
  return { answer: (url) => times.ask(app, url), close: () => app.close() }
}

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
