/** Compares a server of one anchor with a server of ten, with the same members over all. */
import { generateSigningKey } from '#core/keys.ts'
import { anchorPlace, writeAnchors } from '#store/anchors.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { prepareStore, serve } from './anchor.ts'
import { buildRequests, type Endpoint, endpoints } from './endpoint.ts'
import { entityId, fill } from './fill.ts'
import { alternate, measure, type Rate } from './measure.ts'
import type { Request } from './request.ts'

export type AnchorsResult = {
  endpoint: Endpoint
  anchors: number
  members: number
  one: Rate
  ten: Rate
  /** Bytes of memory afterwards. */
  memory: { one: number; ten: number }
}

const ANCHORS = 10
const compared: readonly string[] = ['entity_configuration', 'fetch']

const hostOf = (at: number) => (at === 0 ? new URL(entityId).host : `ta-${at}.example`)

export async function measureAnchors(
  members: number,
  effort: { seconds: number; rounds: number },
): Promise<AnchorsResult[]> {
  const [single, several] = [await prepareStore(members), await prepareStore(members / ANCHORS)]
  const base = {
    redisKeyPrefix: '',
    keysDirectory: several.keysDirectory,
    historicalKeysDirectory: `${several.keysDirectory}/historical_keys`,
  }
  const further = Array.from({ length: ANCHORS - 1 }, (_, at) => `ta-${at + 1}`)
  for (const slug of further) {
    const { keysDirectory, redisKeyPrefix } = anchorPlace(base, slug)
    const key = await generateSigningKey('ES256')
    await writeNewKey(keysDirectory, key)
    await fill(several.redis, key, members / ANCHORS, redisKeyPrefix)
  }
  const registered = further.map((slug, at) => {
    return { slug, entityId: `https://${hostOf(at + 1)}`, paused: false }
  })
  await writeAnchors(several.redis, '', [{ slug: 'main', entityId, paused: false }, ...registered])

  const [one, ten] = [await serve(single), await serve(several)]
  const results: AnchorsResult[] = []
  for (const endpoint of endpoints.filter(({ key }) => compared.includes(key ?? ''))) {
    const loads = [
      { server: one, url: one.url, requests: toHost(buildRequests(endpoint, single.filled), 0) },
      {
        server: ten,
        url: ten.url,
        requests: Array.from({ length: ANCHORS }, (_, at) =>
          toHost(buildRequests(endpoint, several.filled), at),
        ).flat(),
      },
    ] as const
    const [ofOne, ofTen] = await alternate(loads, effort.rounds, (load) => measure(load, effort.seconds))
    const memory = { one: (await one.usage()).memory, ten: (await ten.usage()).memory }
    results.push({ endpoint, anchors: ANCHORS, members, one: best(ofOne), ten: best(ofTen), memory })
  }
  await Promise.all([one.end(), ten.end()])
  await Promise.all([single.close(), several.close()])
  return results
}

const toHost = (requests: readonly Request[], at: number): Request[] =>
  requests.map((request) => ({ ...request, headers: { ...request.headers, host: hostOf(at) } }))

/** The round that other load disturbed least. */
const best = (rates: readonly Rate[]) => rates.reduce((a, b) => (b.processor < a.processor ? b : a))
