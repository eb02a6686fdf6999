/** Measures the federation server with one number of subordinates: costs, memory, and a change in the longest list. */
import type { Kept } from '#server/publish/history/kind.ts'
import { prepareSubordinatePages } from '#server/publish/list-pages.ts'
import { removeSubordinates, sendCommands } from '#server/publish/write.ts'
import { redisKeys } from '#store/keys.ts'
import { megabytes, milliseconds, number } from '../document.ts'
import type { Request } from '../endpoint.ts'
import { prepareStore, type Store, serve } from '../federation.ts'
import { memberId, wideMarkType } from '../fill.ts'
import { measure } from '../wrk.ts'
import { growthPart } from './growth.ts'

const SECONDS = 2
/** Random members, more than are asked for in this time. */
const DISTINCT = 100_000
const HOLDERS = `/trust_mark_list?${new URLSearchParams({ trust_mark_type: wideMarkType })}`
const keys = redisKeys()

export const federationGrowth = growthPart(
  'growth-federation',
  'A million members: the federation server',
  async (members, say) => {
    const store = await prepareStore(members)
    const { url, usage, end } = await serve(store)
    const cost = async (requests: Request[]) => {
      const { processor } = await measure({ url, usage, requests }, SECONDS)
      return `${number(processor)} µs`
    }
    const time = async (path: string) => milliseconds(await timeOf(`${url}${path}`))
    const [subject = ''] = store.filled.popular.subjects
    await time(fetchOf(subject).path)
    const lists = {
      'first `/list` after the start': await time('/list'),
      '`/list`': await time('/list'),
      'first `/trust_mark_list`, a tenth of the members': await time(HOLDERS),
      '`/trust_mark_list`': await time(HOLDERS),
    }
    const costs = {
      '`/fetch` of 100 popular members, processor time': await cost(
        store.filled.popular.subjects.map(fetchOf),
      ),
      '`/fetch` of any member, processor time': await cost(
        Array.from({ length: DISTINCT }, () => fetchOf(memberId(Math.floor(Math.random() * members)))),
      ),
    }
    const changed = await measureChange(store, url, subject)
    const { memory, peak } = await usage()
    await Promise.all([end(), store.close()])
    say(`federation server: ${members} members are measured`)
    const most = { 'memory, most': `${megabytes(memory)}, ${megabytes(peak)}` }
    return Object.entries({ ...costs, ...lists, ...changed, ...most })
  },
)

const fetchOf = (sub: string): Request => ({ method: 'GET', path: `/fetch?${new URLSearchParams({ sub })}` })

async function timeOf(url: string): Promise<number> {
  const begun = performance.now()
  const answer = await fetch(url)
  await answer.arrayBuffer()
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`)
  return performance.now() - begun
}

/** Removes a member, as the publisher does. */
async function measureChange({ redis, filled }: Store, url: string, id: string) {
  const isListed = async () => (await (await fetch(`${url}/list`)).text()).includes(`"${id}"`)
  let [isDone, slowest] = [false, 0]
  const other = `${url}${fetchOf(filled.popular.subjects.at(-1) ?? id).path}`
  const fetching = (async () => {
    while (!isDone) slowest = Math.max(slowest, await timeOf(other))
  })()
  const begun = performance.now()
  const putPages = await prepareSubordinatePages(redis, keys, { published: [], removed: [id] })
  await sendCommands(redis, keys, [{ kind: 'subordinate', id }], (to) => {
    removeSubordinates(to, keys, [id] as Kept<string[]>) // there is no database
    putPages(to)
  })
  while (await isListed());
  const change = performance.now() - begun
  isDone = true
  await fetching
  return {
    '`/list` shows a removed member': milliseconds(change),
    'the slowest `/fetch` until then': milliseconds(slowest),
  }
}
