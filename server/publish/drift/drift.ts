/** Compares Redis with the database. Each kind of data has its own file and is compared page by page. */
import type { PublishContext } from '#server/publish/context.ts'
import type { OutboxItem } from '#server/publish/outbox.ts'

export type DriftKind = 'missing' | 'unexpected' | 'different'

/** A difference, and the outbox entry that repairs it; `everything` where no single entry does. */
export type Drift = {
  kind: DriftKind
  /** The kind of data, and its object. */
  words: string
  /** The key in its source. */
  name: string
  item: OutboxItem
}

/** The comparison of one kind of data. */
export type DriftSource = {
  /** Compares all expected and actual data, page by page. Changes on their way to Redis look like differences. */
  compareAll(context: PublishContext): AsyncGenerator<Drift[]>
  /** Compares some of it, by the names of differences. */
  driftOf(context: PublishContext, names: readonly string[]): Promise<Drift[]>
}

/** Objects per page: one round trip to each store. */
export const PAGE = 500
/** Above this number of differences, everything is republished. */
export const MAXIMUM = 1_000

export function compare(expected: string | null, actual: string | null): DriftKind | null {
  if (expected === actual) return null
  if (actual === null) return 'missing'
  return expected === null ? 'unexpected' : 'different'
}

/** A set membership as a comparable value. */
export const memberIf = (is: boolean | undefined) => (is ? 'member' : null)
