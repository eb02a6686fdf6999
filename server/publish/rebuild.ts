/** Rebuilds everything in Redis from the database: staged beside the live keys, then swapped in one transaction. */
import type { ChainableCommander, Redis } from 'ioredis'
import { readSettings } from '#server/database/settings.ts'
import { UnavailableError } from '#server/error/operation-error.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { beginIssue } from '#server/publish/key-publication.ts'
import { signEntityConfiguration, signHistoricalKeys } from '#server/publish/own-statements.ts'
import type { Beat } from '#server/publish/publish.ts'
import { activeSubordinates, allTrustMarks, importedTrustMarkHashes } from '#server/publish/rows.ts'
import { allSubordinateEvents } from '#server/publish/subordinate-events.ts'
import {
  type PublishedKeys,
  putIssuedTrustMarks,
  putSubordinate,
  putSubordinateEvents,
  putTrustAnchors,
  putTrustMark,
  sendCommands,
} from '#server/publish/write.ts'
import { scanKeys } from '#store/scan.ts'

export type RebuildResult = { subordinates: number; trustMarks: number; milliseconds: number }

/** Keys that are renamed or removed by name; those of single subjects and types are found by their staged keys. */
const fixedKeys = [
  'entityConfiguration',
  'historicalKeys',
  'subordinates',
  'subordinateConfigurations',
  'subordinateInfo',
  'subordinateEvents',
  'relyingParties',
  'openidProviders',
  'intermediates',
  'trustMarkTypes',
  'issuedTrustMarks',
  'trustMarkRevocations',
  'trustAnchors',
] as const satisfies readonly (keyof PublishedKeys)[]

/** Readers see the old state until the swap and the new one after it, never a mixture. */
export async function rebuild(context: PublishContext, beat: Beat): Promise<RebuildResult> {
  const started = performance.now()
  const { keys } = context
  await removeStaged(context)
  const stage = createStage(context)
  const subjects = new Set<string>()
  const types = new Set<string>()
  let subordinates = 0
  let trustMarks = 0

  const [configuration, historicalKeys, { trustAnchors }, ...totals] = await Promise.all([
    signEntityConfiguration(context),
    signHistoricalKeys(context),
    readSettings(context.db),
    context.db.subordinate.count({ where: { active: true } }),
    context.db.trustMark.count(),
  ])
  let left = totals[0] + totals[1]
  const pass = (done: number) => {
    left -= done
    return beat(done, left)
  }
  const issue = await beginIssue(context, configuration)
  await stage.write((to) => {
    to.set(keys.staging.entityConfiguration, configuration)
    to.set(keys.staging.historicalKeys, historicalKeys)
    putTrustAnchors(to, keys.staging, trustAnchors)
  })
  for await (const page of activeSubordinates(context)) {
    await stage.write((to) => {
      for (const subordinate of page) putSubordinate(to, keys.staging, subordinate)
    })
    subordinates += page.length
    await pass(page.length)
  }
  for await (const page of allSubordinateEvents(context)) {
    await stage.write((to) => {
      for (const events of page) putSubordinateEvents(to, keys.staging, events)
    })
    await pass(0)
  }
  for await (const page of importedTrustMarkHashes(context)) {
    await stage.write((to) => putIssuedTrustMarks(to, keys.staging, page))
    await pass(0)
  }
  for await (const page of allTrustMarks(context)) {
    await stage.write((to) => {
      for (const mark of page) putTrustMark(to, keys.staging, mark)
    })
    for (const mark of page) {
      subjects.add(mark.entityId)
      types.add(mark.type)
    }
    trustMarks += page.length
    await pass(page.length)
  }
  await stage.checkComplete()
  await swap(context, subjects, types)
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

/** A key that was not staged is empty, so its live counterpart is removed. */
async function swap(
  context: PublishContext,
  subjects: ReadonlySet<string>,
  types: ReadonlySet<string>,
): Promise<void> {
  const { redis, keys } = context
  const { staging } = keys
  const pairs = [
    ...fixedKeys.map((name) => [staging[name], keys[name]] as const),
    ...[...subjects].map((subject) => [staging.trustMarks(subject), keys.trustMarks(subject)] as const),
    ...[...types].map((type) => [staging.trustMarkHolders(type), keys.trustMarkHolders(type)] as const),
  ]
  const live = new Set(pairs.map(([, to]) => to))
  const staged = await existing(
    redis,
    pairs.map(([from]) => from),
  )
  const outdated = (await scanPublished(context)).filter((key) => !live.has(key))
  await sendCommands(redis, keys, [{ kind: 'all' }], (to) => {
    for (const [from, target] of pairs) staged.has(from) ? to.rename(from, target) : to.del(target)
    for (const key of outdated) to.del(key)
    to.del(keys.stagedPages)
  })
}

async function existing(redis: Redis, names: readonly string[]): Promise<Set<string>> {
  const answers = await Promise.all(names.map((name) => redis.exists(name)))
  return new Set(names.filter((_, index) => answers[index] === 1))
}

/** The live keys of single subjects and types, found by pattern. */
async function scanPublished({ redis, keys }: PublishContext): Promise<string[]> {
  const found = [
    ...(await scan(redis, keys.trustMarks('*'))),
    ...(await scan(redis, keys.trustMarkHolders('*'))),
  ]
  const fixed = new Set<string>(fixedKeys.map((name) => keys[name]))
  return found.filter((key) => !fixed.has(key))
}

/** The leftovers of an interrupted rebuild. */
async function removeStaged({ redis, keys }: PublishContext): Promise<void> {
  const { staging } = keys
  const leftOver = [
    keys.stagedPages,
    ...fixedKeys.map((name) => staging[name]),
    ...(await scan(redis, staging.trustMarks('*'))),
    ...(await scan(redis, staging.trustMarkHolders('*'))),
  ]
  await Promise.all(leftOver.map((key) => redis.del(key)))
}

async function scan(redis: Redis, pattern: string): Promise<string[]> {
  const found: string[] = []
  const match = pattern.replace(/[[\]?\\]/g, '\\$&') // a prefix in braces is literal to Redis, a bracket is not
  for await (const page of scanKeys(redis, match)) found.push(...page)
  return found
}
