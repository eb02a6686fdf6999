/** Reads the statements of an anchor about its members, verified with its keys (§8.1). */
import { addParameters, parseEntityId } from '#core/entity-id.ts'
import { type EntityStatementClaims, verifySubordinateStatement } from '#core/entity-statement/index.ts'
import { isJsonObject, type JsonObject } from '#core/json.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import { BadSourceError } from '#server/convert/failures.ts'
import {
  anyScheme,
  CONCURRENCY,
  endpointOf,
  MOST,
  type Reading,
  readList,
  requiredEndpointOf,
} from '#server/convert/federation/anchor.ts'
import { retry } from '#server/convert/fetching.ts'
import { inParallel } from '#server/jobs/in-parallel.ts'

/** The claims of each statement. @throws BadSourceError, FetchError */
export async function readStatements(
  reading: Reading,
  anchor: EntityStatementClaims,
): Promise<EntityStatementClaims[]> {
  const { fetcher, failures, signal, now } = reading
  const endpoint = requiredEndpointOf(anchor, 'fetch')
  const { ids, isOfMembers } = await readMemberIds(reading, anchor)
  const statements: EntityStatementClaims[] = []
  await inParallel(ids, CONCURRENCY, signal, async (subject) => {
    const request = { issuer: anchor.sub, subject, fetchEndpoint: endpoint }
    await failures.attempt(addParameters(endpoint, { sub: subject }), async () => {
      const jwt = await retry(() => fetcher.subordinateStatement(request, { signal })).catch((error) => {
        if (!isOfMembers && error instanceof FetchError && error.code === 'not_found') return null
        throw error
      })
      if (jwt === null) return
      const options = { issuer: anchor.sub, subject, keys: anchor.jwks, now, ...anyScheme }
      statements.push((await verifySubordinateStatement(jwt, options)).claims)
    })
  })
  return statements
}

/** From the list, or from the collection of an anchor without a list for anyone, which has entities further below too. */
async function readMemberIds(reading: Reading, anchor: EntityStatementClaims) {
  const list = endpointOf(anchor, 'list')
  const collection = list === null ? endpointOf(anchor, 'collection') : null
  if (collection !== null) {
    const ids = await readCollected(reading, collection)
    return { ids: ids.filter((id) => id !== anchor.sub), isOfMembers: false }
  }
  const url = requiredEndpointOf(anchor, 'list')
  const ids = await readList(reading, { url })
  if (ids.includes(anchor.sub)) reading.failures.add(`${url} lists the anchor itself, ${anchor.sub}.`)
  return { ids: ids.filter((id) => id !== anchor.sub), isOfMembers: true }
}

/** The names of the pointer to the next page: those of the draft, and those before. */
const pointers = [
  { sent: 'from', read: 'next' },
  { sent: 'from_entity_id', read: 'next_entity_id' },
] as const

/** Entity Identifiers, each once, in their order. @throws BadSourceError, FetchError */
async function readCollected(reading: Reading, url: string): Promise<string[]> {
  const ids = new Set<string>()
  const seen = new Set<string>()
  for (let parameters: Record<string, string> | null = {}; parameters !== null; ) {
    const address = addParameters(url, parameters)
    if (seen.has(address)) throw new BadSourceError(`${address} is its own next page.`)
    seen.add(address)
    const page = await readPage(reading, address)
    for (const entry of page.entities) {
      const id = await reading.failures.attempt(address, () => parseEntityId(entry, anyScheme))
      if (id !== undefined) ids.add(id)
    }
    if (ids.size > MOST || seen.size > MOST) {
      throw new BadSourceError(`${url} has more than ${MOST} entities or pages.`)
    }
    parameters = page.next
  }
  return [...ids].sort()
}

async function readPage({ lists, signal }: Reading, address: string) {
  const page = await retry(() => lists.json(address, 'application/json', { signal }))
  if (!isJsonObject(page) || !Array.isArray(page.entities)) {
    throw new BadSourceError(`${address} returned something else than a page of entities.`)
  }
  const entities = page.entities.map((entry: unknown) => (isJsonObject(entry) ? entry.entity_id : entry))
  return { entities, next: nextOf(page) }
}

function nextOf(page: JsonObject): Record<string, string> | null {
  for (const { sent, read } of pointers) {
    const value = page[read]
    if (typeof value === 'string' && value !== '') return { [sent]: value }
  }
  return null
}
