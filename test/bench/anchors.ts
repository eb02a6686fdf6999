/** Compares a server of one anchor with a server of ten, with the same members over all. */
import { generateSigningKey } from '#core/keys.ts'
import { writeAnchors } from '#store/anchors.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { megabytes, number, type Part, section } from './document.ts'
import { buildRequests, endpoints } from './endpoint.ts'
import { MAIN_SIZE, prepareStore, type Store, serve } from './federation.ts'
import { entityId, fill } from './fill.ts'
import { furtherAnchors, placeOf } from './further-anchors.ts'
import { alternate, best, measure } from './wrk.ts'

const ANCHORS = furtherAnchors.length + 1
const compared = ['entity_configuration', 'fetch']
const hosts = [new URL(entityId).host, ...furtherAnchors.map((slug) => `${slug}.example`)]

export const anchorsPart: Part = {
  name: 'anchors',
  usual: ['quick', 'full'],
  async measure(effort) {
    const { seconds, rounds } = { quick: { seconds: 1, rounds: 2 }, full: { seconds: 3, rounds: 3 } }[effort]
    const [single, several] = [await prepareStore(MAIN_SIZE), await prepareStore(MAIN_SIZE / ANCHORS)]
    await addAnchors(several)
    const servers = [await serve(single), await serve(several)] as const
    const rows = []
    for (const endpoint of endpoints.filter(({ key = '' }) => compared.includes(key))) {
      const toHosts = ({ filled }: Store, some: readonly string[]) =>
        some.flatMap((host) => buildRequests({ ...endpoint, headers: { host } }, filled.popular))
      const loads = [
        { ...servers[0], requests: toHosts(single, hosts.slice(0, 1)) },
        { ...servers[1], requests: toHosts(several, hosts) },
      ]
      const [one, ten] = (await alternate(loads, rounds, (load) => measure(load, seconds))).map(best)
      const [first, second] = [one?.processor ?? 0, ten?.processor ?? 0]
      const memory = await Promise.all(servers.map(async ({ usage }) => megabytes((await usage()).memory)))
      const figures = [`${first.toFixed(1)} µs`, `${second.toFixed(1)} µs`, (first / second).toFixed(2)]
      rows.push([endpoint.name, ...figures, memory.join(', ')])
    }
    await Promise.all([...servers.map(({ end }) => end()), single.close(), several.close()])
    const intro = `Processor time for one request to a server with one anchor, and to a server with ${ANCHORS}, chosen by host, in the same run.
Each has ${number(MAIN_SIZE)} members over all.`
    return [
      section('Several anchors', intro, ['', 'one anchor', `${ANCHORS} anchors`, 'ratio', 'memory'], rows),
    ]
  },
}

async function addAnchors(store: Store): Promise<void> {
  for (const slug of furtherAnchors) {
    const { keysDirectory, redisKeyPrefix } = placeOf(store, slug)
    const key = await generateSigningKey('ES256')
    await writeNewKey(keysDirectory, key)
    await fill(store.redis, key, MAIN_SIZE / ANCHORS, redisKeyPrefix)
  }
  const further = furtherAnchors.map((slug) => ({ slug, entityId: `https://${slug}.example`, paused: false }))
  await writeAnchors(store.redis, '', [{ slug: 'main', entityId, paused: false }, ...further])
}
