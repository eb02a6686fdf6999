/** Rebuilds everything in Redis from the database: staged beside the live keys, then swapped in one transaction. */
import type { ChainableCommander, Redis } from 'ioredis'
import { ahead, inOrder } from '#server/database/pages.ts'
import { UnavailableError } from '#server/error/operation-error.ts'
import type { PublishContext } from '#server/publish/context.ts'
import {
  endOthers,
  keepOwn,
  keepRevocations,
  keepStatementsOf,
  keepTrustMarks,
} from '#server/publish/history/published.ts'
import { type PageNames, prepareHolderPages, prepareSubordinatePages } from '#server/publish/list-pages.ts'
import {
  findUnusedTypes,
  signEntityConfiguration,
  signHistoricalKeys,
} from '#server/publish/own-statements.ts'
import { readPins } from '#server/publish/pins.ts'
import type { Beat } from '#server/publish/publish.ts'
import { beginIssue } from '#server/publish/published-keys.ts'
import {
  type ActivePage,
  activeSubordinates,
  allTrustMarks,
  importedTrustMarkHashes,
} from '#server/publish/rows.ts'
import { lostIssues, prepareStatusLists } from '#server/publish/status-lists.ts'
import { allSubordinateEvents } from '#server/publish/subordinate-events.ts'
import { changesOfRebuild, findLastPast, keepsValid } from '#server/publish/withdrawn.ts'
import {
  addSubordinates,
  type PublishedKeys,
  putEntityConfiguration,
  putHistoricalKeys,
  putIssuedTrustMarks,
  putSubordinateEvents,
  putTrustAnchors,
  putTrustMarks,
  putUnusedTypes,
  sendCommands,
} from '#server/publish/write.ts'
import type { Change } from '#store/change.ts'
import { scanKeys } from '#store/scan.ts'

export type RebuildResult = { subordinates: number; trustMarks: number; milliseconds: number }

/** Keys that are renamed or removed by name; those of single subjects and types are found by their staged keys. */
const fixedKeys = [
  'entityConfiguration',
  'historicalKeys',
  'subordinates',
  'subordinateConfigurations',
  'subordinateInfo',
  'subordinatePages',
  'subordinateEvents',
  'relyingParties',
  'openidProviders',
  'intermediates',
  'trustMarkTypes',
  'issuedTrustMarks',
  'trustMarkRevocations',
  'statusLists',
  'unusedTrustMarkTypes',
  'trustAnchors',
] as const satisfies readonly (keyof PublishedKeys)[]

/**
 * Readers see the old state until the swap and the new one after it. The Trust Marks of each subject are swapped alone, in
 * pages just before the rest, because one transaction with all subjects would keep Redis from its readers.
 */
export async function rebuild(context: PublishContext, beat: Beat): Promise<RebuildResult> {
  const started = performance.now()
  const { keys } = context
  await removeStaged(context)
  const stage = createStage(context)
  let subordinates = 0
  let trustMarks = 0
  /** The database keeps one page while the page before is written into Redis. */
  const keepPage = async ({ rows, after, last }: ActivePage) => ({
    page: await keepStatementsOf(context, rows, { after, last }),
    last,
  })

  const [configuration, unused, historicalKeys, trustAnchors, ...totals] = await Promise.all([
    signEntityConfiguration(context),
    findUnusedTypes(context),
    signHistoricalKeys(context),
    readPins(context),
    context.db.subordinate.count({ where: { active: true } }),
    context.db.trustMark.count(),
  ])
  let left = totals[0] + totals[1]
  const pass = (done: number) => {
    left -= done
    return beat(done, left)
  }
  const last = await findLastPast(context)
  const isKept = await keepsValid(context, configuration, unused)
  const issue = await beginIssue(context, configuration)
  const ownConfiguration = await keepOwn(context, 'entity-configuration', configuration)
  const ownHistory = await keepOwn(context, 'historical-keys', historicalKeys)
  await stage.write((to) => {
    putEntityConfiguration(to, keys.staging, ownConfiguration)
    putHistoricalKeys(to, keys.staging, ownHistory)
    putUnusedTypes(to, keys.staging, unused)
    putTrustAnchors(to, keys.staging, trustAnchors)
  })
  const names: PageNames = new Map() // only this process stages
  let end = ''
  for await (const { page: kept, last } of inOrder(activeSubordinates(context), 2, keepPage)) {
    const putPages = await prepareSubordinatePages(context.redis, keys.staging, { published: kept }, names)
    end = last
    await stage.write((to) => {
      addSubordinates(to, keys.staging, kept)
      putPages(to)
    })
    subordinates += kept.length
    await pass(kept.length)
  }
  await keepStatementsOf(context, [], { after: end, last: null })
  for await (const page of ahead(allSubordinateEvents(context))) {
    await stage.write((to) => putSubordinateEvents(to, keys.staging, page))
    await pass(0)
  }
  for await (const page of importedTrustMarkHashes(context)) {
    const kept = await keepRevocations(context, page)
    await stage.write((to) => putIssuedTrustMarks(to, keys.staging, kept))
    await pass(0)
  }
  for await (const page of ahead(allTrustMarks(context))) {
    const putPages = await prepareHolderPages(context.redis, keys.staging, page, names)
    const issued = page.flatMap((mark) => mark.issued)
    const putLists = await prepareStatusLists(context, keys.staging, issued)
    const kept = await keepTrustMarks(context, page)
    await stage.write((to) => {
      putTrustMarks(to, keys.staging, kept)
      putLists(to)
      putPages(to)
    })
    trustMarks += page.length
    await pass(page.length)
  }
  await stage.write(await prepareStatusLists(context, keys.staging, await lostIssues(context.db)))
  await stage.checkComplete()
  await endOthers(context)
  await swap(context, isKept ? await changesOfRebuild(context, last) : [{ kind: 'all' }])
  await issue.done()
  return { subordinates, trustMarks, milliseconds: Math.round(performance.now() - started) }
}

/**
 * Redis replicates and persists in order: if it was emptied or restored while pages were written, the counts of the
 * lost pages are gone too.
 */
function createStage({ redis, keys }: PublishContext) {
  let pages = 0
  return {
    async write(queue: (to: ChainableCommander) => void): Promise<void> {
      const pipeline = redis.pipeline()
      queue(pipeline)
      pipeline.incr(keys.stagedPages)
      const failed = (await pipeline.exec())?.find(([error]) => error)?.[0]
      if (failed) throw failed
      pages += 1
    },
    /** @throws UnavailableError if staged data is missing */
    async checkComplete(): Promise<void> {
      if (Number(await redis.get(keys.stagedPages)) === pages) return
      throw new UnavailableError(
        'Redis lost data of this rebuild, and the published data is unchanged. Rebuild again.',
      )
    },
  }
}

type Named = (keys: PublishedKeys) => (name: string) => string

/** Keys of single subjects and types. Those that are there together are renamed together. */
const families: readonly (readonly [Named, ...Named[]])[] = [
  [({ trustMarks }) => trustMarks],
  [({ statusListBits }) => statusListBits],
  [({ trustMarkHolders }) => trustMarkHolders, ({ trustMarkHolderPages }) => trustMarkHolderPages],
]

/** A key that was not staged is empty, so its live counterpart is removed. */
async function swap(context: PublishContext, changes: readonly Change[]): Promise<void> {
  const { redis, keys } = context
  const { staging } = keys
  for (const family of families) {
    for (const named of family) await removeOutdated(context, named)
    for await (const names of namesOf(context, staging, family[0])) {
      await sendCommands(redis, keys, [], (to) => {
        for (const named of family)
          for (const name of names) to.rename(named(staging)(name), named(keys)(name))
      })
    }
  }
  const staged = await existing(
    redis,
    fixedKeys.map((name) => staging[name]),
  )
  await sendCommands(redis, keys, changes, (to) => {
    for (const [at, name] of fixedKeys.entries()) {
      to.unlink(keys[name]) // renaming over a key would free its values before Redis answers others
      if (staged[at]) to.rename(staging[name], keys[name])
    }
    to.del(keys.stagedPages)
  })
}

async function removeOutdated(context: PublishContext, named: Named): Promise<void> {
  const { redis, keys } = context
  for await (const names of namesOf(context, keys, named)) {
    const there = await existing(redis, names.map(named(keys.staging)))
    const outdated = names.map(named(keys)).filter((_, at) => !there[at])
    if (outdated.length > 0) await redis.unlink(...outdated)
  }
}

async function existing(redis: Redis, names: readonly string[]): Promise<boolean[]> {
  const answers = await Promise.all(names.map((name) => redis.exists(name)))
  return answers.map((answer) => answer === 1)
}

/** The names within a family that have keys, page by page; each once. */
async function* namesOf({ redis }: PublishContext, keys: PublishedKeys, named: Named) {
  const of = named(keys)
  const prefix = of('')
  const fixed = new Set<string>(fixedKeys.map((name) => keys[name]))
  // A prefix in braces is literal to Redis, a bracket is not.
  for await (const page of scanKeys(redis, of('*').replace(/[[\]?\\]/g, '\\$&'))) {
    const names = page.filter((key) => !fixed.has(key)).map((key) => key.slice(prefix.length))
    yield [...new Set(names)]
  }
}

/** The leftovers of an interrupted rebuild. */
async function removeStaged(context: PublishContext): Promise<void> {
  const { redis, keys } = context
  await redis.unlink(keys.stagedPages, ...fixedKeys.map((name) => keys.staging[name]))
  for (const named of families.flat()) {
    for await (const names of namesOf(context, keys.staging, named)) {
      if (names.length > 0) await redis.unlink(...names.map(named(keys.staging)))
    }
  }
}
