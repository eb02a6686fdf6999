/** Measures the federation server with one number of subordinates: costs, memory, and a change in the longest list. */
import { formatChange } from '#store/change.ts'
import { redisKeys } from '#store/keys.ts'
import { type Anchor, startAnchor } from '../anchor.ts'
import { memberId, wideMarkType } from '../fill.ts'
import { measure } from '../measure.ts'
import type { Request } from '../request.ts'

/** Times are in milliseconds, memory in bytes. */
export type FederationGrowth = {
  subordinates: number
  /** Microseconds of processor time for one `/fetch`: of 100 popular members, and of any member. */
  popular: number
  any: number
  /** The first `/list` after the start, and one after it. */
  firstList: number
  list: number
  /** The first `/trust_mark_list` of a type that every tenth member has, and one after it. */
  firstHolders: number
  holders: number
  /** From the announcement of a change until `/list` shows it. */
  change: number
  /** The longest `/fetch` during that time. */
  longestFetch: number
  /** Memory after all of this, and at most. */
  memory: number
  peak: number
}

const SECONDS = 2
/** Random members, more than are asked for in this time. */
const DISTINCT = 100_000
const keys = redisKeys()

export async function measureFederationGrowth(subordinates: number): Promise<FederationGrowth> {
  const anchor = await startAnchor(subordinates)
  const load = (requests: Request[]) => measure({ server: anchor, url: anchor.url, requests }, SECONDS)
  const [subject = ''] = anchor.filled.sample
  await time(anchor, fetchPath(subject))
  const firstList = await time(anchor, '/list')
  const list = await time(anchor, '/list')
  const holdersPath = `/trust_mark_list?${new URLSearchParams({ trust_mark_type: wideMarkType })}`
  const firstHolders = await time(anchor, holdersPath)
  const holders = await time(anchor, holdersPath)
  const popular = await load(anchor.filled.sample.map(fetchRequest))
  const any = await load(Array.from({ length: DISTINCT }, () => fetchRequest(pickMember(subordinates))))
  const changed = await measureChange(anchor, subject)
  const { memory, peak } = await anchor.usage()
  await anchor.close()
  return {
    subordinates,
    popular: popular.processor,
    any: any.processor,
    firstList,
    list,
    firstHolders,
    holders,
    ...changed,
    memory,
    peak,
  }
}

const fetchRequest = (sub: string): Request => ({ method: 'GET', path: fetchPath(sub) })
const fetchPath = (sub: string) => `/fetch?${new URLSearchParams({ sub })}`
const pickMember = (count: number) => memberId(Math.floor(Math.random() * count))

async function time({ url }: Anchor, path: string): Promise<number> {
  const begun = performance.now()
  const answer = await fetch(`${url}${path}`)
  await answer.arrayBuffer()
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}`)
  return performance.now() - begun
}

/** Removes a member, as the publisher does. */
async function measureChange(
  anchor: Anchor,
  id: string,
): Promise<Pick<FederationGrowth, 'change' | 'longestFetch'>> {
  const isListed = async () => (await (await fetch(`${anchor.url}/list`)).text()).includes(`"${id}"`)
  const { redis } = anchor
  let [isDone, longestFetch] = [false, 0]
  const other = fetchPath(anchor.filled.sample.at(-1) ?? id)
  const fetching = (async () => {
    while (!isDone) longestFetch = Math.max(longestFetch, await time(anchor, other))
  })()
  const begun = performance.now()
  await redis
    .multi()
    .hdel(keys.subordinates, id)
    .hdel(keys.subordinateInfo, id)
    .publish(keys.changes, formatChange({ kind: 'subordinate', id }))
    .exec()
  while (await isListed());
  const change = performance.now() - begun
  isDone = true
  await fetching
  return { change, longestFetch }
}
