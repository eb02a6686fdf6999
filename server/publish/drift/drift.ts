/** What Redis says other than the database; each kind of thing is compared in a file of its own, page by page. */
import type { PublishContext } from '#server/publish/context.ts'
import type { OutboxItem } from '#server/publish/outbox.ts'

export type DriftKind = 'missing' | 'unexpected' | 'different'

/** One thing that Redis says otherwise, and what publishes it anew; `everything` where no single entry would. */
export type Drift = {
  kind: DriftKind
  /** What it is, and whose. */
  words: string
  /** By what its source finds it again. */
  name: string
  item: OutboxItem
}

/** How one kind of thing is compared. */
export type DriftSource = {
  /** What should be published and what is; a name may come twice. */
  names(context: PublishContext): AsyncGenerator<string[]>
  driftOf(context: PublishContext, names: readonly string[]): Promise<Drift[]>
}

/** Things handled at a time: one round trip to each store. */
export const PAGE = 500
/** More than so many are not told one by one: everything is published anew. */
export const MAXIMUM = 1_000

export function compare(expected: string | null, actual: string | null): DriftKind | null {
  if (expected === actual) return null
  if (actual === null) return 'missing'
  return expected === null ? 'unexpected' : 'different'
}

/** Membership of a set, as something to compare. */
export const memberIf = (is: boolean) => (is ? 'member' : null)
