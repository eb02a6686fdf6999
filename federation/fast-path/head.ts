/** Shares the heads of answers: many are the same but for the entity tag, the length, and what a rate limit counts. */
import { createRecent } from '#core/recent.ts'
import type { Limit } from './limit.ts'

export type Head = {
  /** Names and values by turns, in the order in which the route sent them. */
  sent: readonly string[]
  /** The places of the values that differ; 0: there is none. */
  etagAt: number
  lengthAt: number
  limit: Limit | undefined
}

export function describeHead(sent: readonly string[], limit?: Limit): Head {
  const [etagAt = 0, lengthAt = 0] = ['etag', 'content-length'].map((name) => sent.indexOf(name) + 1)
  return { sent, etagAt, lengthAt, limit }
}

/** The head of one answer. */
export function fillHead({ sent, etagAt, lengthAt }: Head, etag: string, length: number): string[] {
  const head = sent.slice()
  if (etagAt > 0) head[etagAt] = etag
  head[lengthAt] = String(length)
  return head
}

/** Different heads that are remembered. */
const MAX_HEADS = 1_000

/** Returns a function that returns one object for all heads of a path that differ only in these places. */
export function createSharedHeads(): (path: string, head: Head) => Head {
  const known = createRecent<Head>({ maxSize: MAX_HEADS, sizeOf: () => 1 })
  return (path, head) => {
    const { etagAt, lengthAt, limit } = head
    const differing = [etagAt, lengthAt, limit?.remainingAt, limit?.resetAt]
    const key = JSON.stringify([path, ...head.sent.map((text, at) => (differing.includes(at) ? '' : text))])
    const shared = known.get(key)
    if (!shared) known.set(key, head)
    return shared ?? head
  }
}
