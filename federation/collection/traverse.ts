/** Goes down a federation from its Trust Anchor, from listing to listing, and meets each entity once (§17.2.2). */
import type { EntityId } from '#core/entity-id.ts'

/** What a visit tells about the way on. */
export type Visited = {
  /** Superiors that the entity names itself; one that it does not name cannot claim it. */
  authorityHints: readonly EntityId[]
  /** Takes the entity into the collection. Not called unless a superior that it names has listed it. */
  keep(): Promise<void>
  /** The entities that it lists as its subordinates; empty for a Leaf. */
  subordinates(): Promise<readonly EntityId[]>
}

export type TraverseOptions = {
  anchor: EntityId
  /** What the anchor lists. */
  start: readonly EntityId[]
  visit(id: EntityId): Promise<Visited | undefined>
  /** Told of an entity that is left out, and why. */
  fail(entity: EntityId, reason: string): void
  /** Told when an entity has been dealt with; `found` counts all that were met so far. */
  progress(current: EntityId, found: number): void
  signal: AbortSignal
}

/** Levels below the Trust Anchor. */
const MAX_DEPTH = 20

/** Entities met in one walk; whoever lists more is not followed (§18.1). */
const MAX_ENTITIES = 250_000

/** Superiors remembered of one entity. */
const MAX_SUPERIORS = 32

/** Entities visited at the same time. */
const PLACES = 32

type Meeting = { id: EntityId; depth: number }

export async function traverse(options: TraverseOptions): Promise<void> {
  const { anchor, start, visit, fail, progress, signal } = options
  const listedBy = new Map<EntityId, EntityId[]>([[anchor, []]])
  /** Visited, but listed by nobody whom it names: another superior may still come. */
  const unclaimed = new Map<EntityId, readonly EntityId[]>()
  const queue: Meeting[] = []

  function meet(superior: EntityId, subordinates: readonly EntityId[], depth: number) {
    if (depth > MAX_DEPTH && subordinates.length > 0) {
      return fail(superior, `Lists subordinates more than ${MAX_DEPTH} levels below the Trust Anchor.`)
    }
    for (const id of subordinates) {
      const known = listedBy.get(id)
      if (!known && listedBy.size > MAX_ENTITIES) {
        return fail(superior, `Lists more entities than the ${MAX_ENTITIES} that a walk takes in.`)
      }
      if (known) {
        if (known.length < MAX_SUPERIORS) known.push(superior)
      } else listedBy.set(id, [superior])
      if (!known || unclaimed.get(id)?.includes(superior)) {
        unclaimed.delete(id)
        queue.push({ id, depth })
      }
    }
  }

  async function deal({ id, depth }: Meeting) {
    const visited = await visit(id)
    if (visited && isClaimed(visited, listedBy.get(id))) {
      await visited.keep()
      meet(id, await visited.subordinates(), depth + 1)
    } else if (visited) {
      unclaimed.set(id, visited.authorityHints)
    }
    progress(id, listedBy.size - 1)
  }

  meet(anchor, start, 1)
  await drain(queue, deal, signal)
  for (const id of unclaimed.keys()) {
    const superiors = [...new Set(listedBy.get(id))].join(', ')
    fail(id, `Is listed by ${superiors}, but does not name it among its authority hints.`)
  }
}

function isClaimed({ authorityHints }: Visited, superiors: readonly EntityId[] = []): boolean {
  return superiors.some((superior) => authorityHints.includes(superior))
}

/** Works on what is in the queue and on what is put there meanwhile. The first error ends everything. */
async function drain<Item>(
  queue: readonly Item[],
  work: (item: Item) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const running = new Set<Promise<void>>()
  let failure: { error: unknown } | undefined
  let next = 0
  while (next < queue.length || running.size > 0) {
    signal.throwIfAborted()
    const item = queue[next]
    if (item === undefined || running.size >= PLACES) {
      await Promise.race(running)
      if (failure) throw failure.error
      continue
    }
    next += 1
    const run: Promise<void> = work(item)
      .catch((error: unknown) => {
        failure ??= { error }
      })
      .finally(() => running.delete(run))
    running.add(run)
  }
}
