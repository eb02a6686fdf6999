/** Reads the entities of a collection, page by page (Entity Collection draft). */
import { addParameters, parseEntityId } from '#core/entity-id.ts'
import { isJsonObject, type JsonObject } from '#core/json.ts'
import { BadSourceError } from '#server/convert/bad-source.ts'
import { MOST } from '#server/convert/federation/anchor.ts'
import { anyScheme, type Reading } from '#server/convert/federation/reading.ts'
import { retry } from '#server/convert/retry.ts'

/** The names of the pointer to the next page: those of the draft, and those before. */
const pointers = [
  { sent: 'from', read: 'next' },
  { sent: 'from_entity_id', read: 'next_entity_id' },
] as const

/** Entity Identifiers, each once, in their order. @throws BadSourceError, FetchError */
export async function readCollected(reading: Reading, url: string): Promise<string[]> {
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
