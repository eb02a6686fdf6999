/** `inmor import`: imports an installation of inmor in Python and Rust from its Redis and its PostgreSQL, or one from a mirror. */
import { setTimeout } from 'node:timers/promises'
import type { JwkSet } from '#core/keys.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import { createFetcher } from '#fetcher/fetcher.ts'
import { exitCodes, Failure } from '#server/cli/api/failure.ts'
import { type AnchorOptions, aboutAnchor, recordFailure, withAnchor } from '#server/cli/opened.ts'
import { command, print } from '#server/cli/output.ts'
import { systemClock, toUnix } from '#server/clock.ts'
import { type InmorContent, joinContent, noContent } from '#server/import/content.ts'
import { importInmor } from '#server/import/import.ts'
import { readMirror } from '#server/import/mirror-source.ts'
import { readPostgres } from '#server/import/postgres-source.ts'
import { readRedis } from '#server/import/redis-source.ts'
import type { ImportContext, ImportItem, ImportResult } from '#server/import/step.ts'
import type { OpenAnchor } from '#server/process/open-anchor.ts'
import { openSigningKeys } from '#server/publish/signing-keys.ts'
import { createSigningKeyService } from '#server/services/signing-key/signing-keys.ts'
import { createSuperiors } from '#server/services/superior/superiors.ts'
import { createWriter } from '#server/services/write.ts'

/** For the audit entry of a failure; each imported object has its own entry. */
const attempt = { action: 'import' } as const

type Options = AnchorOptions & { redis?: string; postgres?: string; mirror?: string; dryRun?: boolean }

const words: Readonly<Record<ImportResult, string>> = {
  IMPORTED: 'imported',
  UNCHANGED: 'unchanged',
  CONFLICT: 'CONFLICT',
  FAILED: 'FAILED',
}

export const importCommand = aboutAnchor(command('import'))
  .option('--redis <url>', 'URL of its Redis')
  .option('--postgres <url>', 'URL of its PostgreSQL')
  .option('--mirror <folder>', 'the folder of a mirror or an export of this Trust Anchor, instead of the two')
  .option('--dry-run', 'show what would be imported, without changing anything')
  .action(async (options: Options) => {
    const isOfInmor = options.redis !== undefined || options.postgres !== undefined
    if (isOfInmor === (options.mirror !== undefined))
      throw new Failure(
        'No source, or too many. Set --redis, --postgres or both, or --mirror alone.',
        exitCodes.usage,
      )
    const { dryRun = false } = options
    const items: ImportItem[] = []
    const isPublished = await withAnchor(
      options,
      async (anchor) => {
        for await (const item of run(anchor, options)) {
          items.push(item)
          if (!options.json) process.stdout.write(`${lineOf(item, options)}\n`)
        }
        if (dryRun) return false
        const counts = countsOf(items)
        if (isFailure(counts))
          await recordFailure(anchor, attempt, { code: 'FAILED', message: numbers(counts, options) })
        return waitUntilPublished(anchor)
      },
      dryRun ? undefined : attempt,
    )
    const counts = countsOf(items)
    print(options, { dryRun, counts, items }, summary(counts, options, isPublished))
    if (isFailure(counts)) process.exitCode = 1
  })

/** Reads only; writes to neither source. */
async function readSources({ redis, postgres, mirror }: Options, keys: JwkSet): Promise<InmorContent> {
  if (mirror !== undefined) return readMirror(mirror, { keys, now: toUnix(systemClock()) })
  const [published, stored] = await Promise.all([
    redis ? readRedis(redis) : noContent,
    postgres ? readPostgres(postgres) : noContent,
  ])
  return joinContent(published, stored)
}

async function* run(anchor: OpenAnchor, options: Options) {
  const { dryRun: isDryRun = false } = options
  const { db, caller, entityId, allowHttp, keys, now } = anchor
  const signingKeys = await openSigningKeys({
    ...keys,
    onError: () => {}, // the previously read keys stay; the server reports the error
  })
  const write = createWriter(db)
  const fetcher = createFetcher({ allowHttp })
  const context: ImportContext = {
    ...{ db, write, signingKeys, fetcher, caller, entityId, allowHttp, isDryRun, now },
  }
  try {
    const content = await readSources(options, signingKeys.current().published)
    // Keys first: what they signed refers to them.
    const superiors = createSuperiors(context)
    if (!isDryRun) await createSigningKeyService({ db, signingKeys, write, now, superiors }).follow()
    yield* importInmor(context, content)
  } finally {
    signingKeys.close()
    await fetcher.close()
  }
}

function lineOf({ kind, resource, result, message }: ImportItem, { dryRun }: Options): string {
  const word = dryRun && result === 'IMPORTED' ? 'would be imported' : words[result]
  return `${kind} ${resource} ... ${word}${message ? `: ${message}` : ''}`
}

type Counts = Record<ImportResult, number>

function countsOf(items: readonly ImportItem[]): Counts {
  const counts: Counts = { IMPORTED: 0, UNCHANGED: 0, CONFLICT: 0, FAILED: 0 }
  for (const { result } of items) counts[result]++
  return counts
}

const isFailure = ({ CONFLICT, FAILED }: Counts) => CONFLICT + FAILED > 0

const numbers = ({ IMPORTED, UNCHANGED, CONFLICT, FAILED }: Counts, { dryRun }: Options) =>
  `${IMPORTED} ${dryRun ? 'to import' : 'imported'}, ${UNCHANGED} unchanged, ${CONFLICT} in conflict, ${FAILED} failed.`

function summary(counts: Counts, options: Options, isPublished: boolean): string {
  const text = numbers(counts, options)
  if (options.dryRun) return `${text} Nothing was changed.`
  return `${text} ${isPublished ? 'Everything is published.' : 'The server publishes it when it starts.'}`
}

/** Milliseconds without progress, and without a sign of a server. */
const PATIENCE_MS = 120_000
const SIGN_MS = 10_000
const POLL_MS = 100

/**
 * Waits until everything queued so far is published. False: no server is running.
 * @throws ConfigurationError after two minutes in which nothing was published
 */
export async function waitUntilPublished({ db, isServed }: OpenAnchor): Promise<boolean> {
  if (!isServed) return false
  const { _max } = await db.outboxEntry.aggregate({ _max: { id: true } })
  const last = _max.id ?? 0n
  let progress = ''
  let waited = 0
  let first: number | undefined
  let isAlone = true
  for (;;) {
    const pending = await db.outboxEntry.count({ where: { id: { lte: last } } })
    if (pending === 0) return true
    const lease = await db.publisherLease.findUnique({ where: { id: 1 } })
    const present = `${pending} ${lease?.lastError ? '' : lease?.progressAt?.toISOString()}`
    first ??= lease?.expiresAt.getTime()
    isAlone &&= lease?.lastError === null && lease.expiresAt.getTime() === first
    if (isAlone && waited >= SIGN_MS) return false
    if (present !== progress) waited = 0
    progress = present
    if (waited >= PATIENCE_MS) throw new ConfigurationError(explain(pending, lease?.lastError ?? null))
    await setTimeout(POLL_MS)
    waited += POLL_MS
  }
}

function explain(pending: number, lastError: string | null): string {
  const what = `Queued, but nothing was published for ${PATIENCE_MS / 1000} seconds (changes that wait: ${pending})`
  return lastError ? `${what}: ${lastError}` : `${what}. Check that the admin server and Redis are running.`
}
