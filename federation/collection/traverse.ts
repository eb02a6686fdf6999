/** Traverses a federation from its Trust Anchor downwards and visits each entity once (§17.2.2). */
import type { EntityId } from '#core/entity-id.ts'

/** The result of a visit. */
export type Visited = {
  /** The entity's own superiors. Others cannot claim it as a subordinate. */
  authorityHints: readonly EntityId[]
  /**
   * Adds the entity to the collection. Called only if one of its authority hints lists it, with those that do, apart
   * from the anchor.
   */
  keep(intermediates: readonly EntityId[]): Promise<void>
  /** Empty for a Leaf. */
  subordinates(): Promise<readonly EntityId[]>
}

export type TraverseOptions = {
  anchor: EntityId
  /** The subordinates of the anchor. */
  start: readonly EntityId[]
  visit(id: EntityId): Promise<Visited | undefined>
  /** Called when another of its authority hints lists an entity below an Intermediate that was kept before. */
  alsoListed(superior: EntityId, id: EntityId): Promise<void>
  /** Called for each omitted entity. */
  fail(entity: EntityId, reason: string): void
  /** Called after each entity. `found` counts all entities found so far. */
  progress(current: EntityId, found: number): void
  signal: AbortSignal
}

/** Levels below the Trust Anchor. */
const MAX_DEPTH = 20

/** Entities per crawl (§18.1). */
const MAX_ENTITIES = 250_000

/** Superiors stored per entity. */
const MAX_SUPERIORS = 32

/** Intermediates per entity whose statements about it are read (§18.1). */
const MAX_STATEMENTS = 4

/** Concurrent visits. */
const PLACES = 32

type Visit = { id: EntityId; depth: number }

/** A kept entity: its authority hints without those whose statements are read already. */
type Kept = { hints: Set<EntityId>; room: number }

export async function traverse(options: TraverseOptions): Promise<void> {
  const { anchor, start, visit, alsoListed, fail, progress, signal } = options
  const listedBy = new Map<EntityId, EntityId[]>([[anchor, []]])
  /** Visited, but not listed by any of its authority hints so far. */
  const unclaimed = new Map<EntityId, readonly EntityId[]>()
  const kept = new Map<EntityId, Kept>()
  const queue: (() => Promise<void>)[] = []

  function enqueue(superior: EntityId, subordinates: readonly EntityId[], depth: number) {
    if (depth > MAX_DEPTH && subordinates.length > 0) {
      return fail(
        superior,
        `Lists subordinates more than ${MAX_DEPTH} levels below the Trust Anchor. A crawl stops there.`,
      )
    }
    for (const id of subordinates) {
      const known = listedBy.get(id)
      if (!known && listedBy.size > MAX_ENTITIES) {
        return fail(superior, `Lists more entities than the limit of ${MAX_ENTITIES} per crawl.`)
      }
      if (known) {
        if (known.length < MAX_SUPERIORS) known.push(superior)
      } else listedBy.set(id, [superior])
      if (!known || unclaimed.get(id)?.includes(superior)) {
        unclaimed.delete(id)
        queue.push(() => handle({ id, depth }))
      } else if (superior !== anchor && takes(kept.get(id), superior)) {
        queue.push(() => alsoListed(superior, id))
      }
    }
  }

  async function handle({ id, depth }: Visit) {
    const visited = await visit(id)
    const claims = selectClaims(visited, listedBy.get(id))
    if (visited && claims.length > 0) {
      const intermediates = claims.filter((superior) => superior !== anchor).slice(0, MAX_STATEMENTS)
      // Before the first wait: a Superior that lists it from now on is not among them.
      if (intermediates.length > 0) kept.set(id, toKept(visited.authorityHints, intermediates))
      await visited.keep(intermediates)
      enqueue(id, await visited.subordinates(), depth + 1)
    } else if (visited) {
      unclaimed.set(id, visited.authorityHints)
    }
    progress(id, listedBy.size - 1)
  }

  enqueue(anchor, start, 1)
  await drain(queue, (work) => work(), signal)
  for (const id of unclaimed.keys()) {
    const superiors = [...new Set(listedBy.get(id))].join(', ')
    fail(id, `Is listed by ${superiors}, which is not in its authority_hints.`)
  }
}

/** The authority hints of an entity that list it. */
function selectClaims(visited: Visited | undefined, superiors: readonly EntityId[] = []): EntityId[] {
  const hints = new Set(visited?.authorityHints)
  return [...new Set(superiors)].filter((superior) => hints.has(superior))
}

function toKept(authorityHints: readonly EntityId[], read: readonly EntityId[]): Kept {
  const hints = new Set(authorityHints.slice(0, MAX_SUPERIORS))
  for (const superior of read) hints.delete(superior)
  return { hints, room: MAX_STATEMENTS - read.length }
}

/** Takes a hint once, while there is room. */
function takes(entity: Kept | undefined, superior: EntityId): boolean {
  if (!entity || entity.room === 0 || !entity.hints.delete(superior)) return false
  entity.room -= 1
  return true
}

/** Processes the queue, including items that are added during the work. Stops at the first error. */
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
