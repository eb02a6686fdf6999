/** Reads the statements of an anchor about its members, verified with its keys (§8.1). */
import { addParameters } from '#core/entity-id.ts'
import { type EntityStatementClaims, verifySubordinateStatement } from '#core/entity-statement/index.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import { endpointOf, readList, requiredEndpointOf } from '#server/convert/federation/anchor.ts'
import { readCollected } from '#server/convert/federation/collection.ts'
import { anyScheme, CONCURRENCY, type Reading } from '#server/convert/federation/reading.ts'
import { retry } from '#server/convert/retry.ts'
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
