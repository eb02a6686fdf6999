#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --max-semi-space-size=16
/** Writes what an anchor publishes into a folder, for any web server: `inmor-export -c taconfig.toml FOLDER [--once]`. */
import type { FastifyBaseLogger } from 'fastify'
import { FederationError } from '#core/errors.ts'
import { anchorPlace, FIRST_ANCHOR, readAnchors } from '#store/anchors.ts'
import { createChangeChannels } from '#store/change-subscription.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { KeyFileError, readServingKeys } from '#store/key-directory.ts'
import { redisKeys } from '#store/keys.ts'
import { parseCommandLine, UsageError } from '../config/command-line.ts'
import { readConfig } from '../config/config.ts'
import { ConfigurationError } from '../config/error.ts'
import { limitThreads } from '../config/threads.ts'
import { openFolder } from '../files/folder.ts'
import { BrokenObjectError } from '../files/objects.ts'
import { createKeyStores } from '../key-store/stores.ts'
import type { MetricsServer } from '../metrics/registry.ts'
import { limitGarbage } from '../process/heap.ts'
import { createLog } from '../process/log.ts'
import { chooseExported, clearOthers, followAnchors } from './anchors.ts'
import { NoAnswerError } from './answers.ts'
import { compareAll, type Export } from './comparison.ts'
import { createCount } from './files.ts'
import { openMetrics } from './metrics.ts'
import { type ExportedAnchor, openExport } from './open.ts'
import { createPlaces } from './places.ts'

const usage = `Usage: inmor-export -c FILE FOLDER [--anchors] [--once]

Writes what the Trust Anchor publishes into FOLDER, one file for each answer, and follows each change until
it is ended. A web server can send the files without the federation server. It reads Redis and the key
directory, and writes into FOLDER only.

  -c, --config  the configuration of the federation server, taconfig.toml
  --anchors     write every anchor of the server, each into the folder below FOLDER with its short name
  --once        compare everything once, print what changed, and end
`

/** Milliseconds to wait for Redis at the start. */
const REDIS_MS = 5_000

function readArguments(args: string[]) {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  const [folder, ...rest] = positionals
  if (folder === undefined) throw new UsageError('The folder is missing. Name the folder to write into.')
  if (rest.length > 0) throw new UsageError(`Unexpected arguments: ${rest.join(' ')}. Name one folder.`)
  const config = readConfig(values.config === undefined ? [] : ['-c', values.config])
  return { folder, config, isOnce: values.once ?? false, withOthers: values.anchors ?? false }
}

const parse = (args: string[]) =>
  parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      config: { type: 'string', short: 'c' },
      anchors: { type: 'boolean' },
      once: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })

async function run({
  folder: path,
  config,
  isOnce,
  withOthers,
}: NonNullable<ReturnType<typeof readArguments>>) {
  const log: FastifyBaseLogger = createLog({ level: config.logLevel }, isOnce ? process.stderr : undefined)
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopped.abort())
  const stores = createKeyStores(config)
  const redis = connectRedis(config.redisUrl, { onError: (err) => log.warn({ err }, 'Redis is away') })
  const { entityId, redisKeyPrefix: prefix } = config
  const shared = {
    config: { ...config, collectionRateLimit: 1_000_000 }, // it asks for pages as often as there are crawls
    stores,
    redis,
    changes: createChangeChannels(redis),
    tls: undefined,
  }
  const manifests = new Map<string, string>()
  const places = createPlaces(path, withOthers)
  const open = (anchor: ExportedAnchor, own: FastifyBaseLogger) => {
    places.claim(anchor.slug)
    manifests.set(anchor.slug, redisKeys(anchorPlace(config, anchor.slug).redisKeyPrefix).manifest)
    return openExport(anchor, places.of(anchor.slug), { place: config, shared, log: own })
  }
  const first = { slug: FIRST_ANCHOR, entityId }
  let metrics: MetricsServer | undefined
  try {
    // What no retry repairs ends the program.
    openFolder(path).prepare()
    await readServingKeys(config.keysDirectory, { historicalDir: config.historicalKeysDirectory, stores })
    await waitForRedis(redis, REDIS_MS)
    if (isOnce) {
      const wanted = chooseExported(first, await readAnchors(redis, prefix), withOthers)
      await clearOthers(places, wanted)
      for (const anchor of wanted) {
        const { context, close } = await open(anchor, log)
        await compareOnce(context, places.of(anchor.slug), stopped.signal).finally(close)
      }
    } else {
      metrics = await openMetrics(config, { redis, manifests, log })
      await followAnchors(first, { redis, prefix, withOthers, places, open, log, signal: stopped.signal })
    }
  } finally {
    await metrics?.close()
    redis.disconnect()
    await stores.close()
  }
}

/** Where a signal interrupts it, the rest stays as it was. */
async function compareOnce(context: Export, path: string, signal: AbortSignal): Promise<void> {
  const count = createCount()
  const started = Date.now()
  for await (const _ of compareAll({ ...context, count })) if (signal.aborted) throw new InterruptError()
  await context.record.publish({ files: started, lists: started })
  const { written, removed, faulty } = count
  const kept = faulty > 0 ? ` ${faulty} stay as they were, because their answers have a fault.` : ''
  process.stdout.write(
    `${path} is as published: ${written} files were written and ${removed} removed.${kept}\n`,
  )
}

class InterruptError extends Error {
  constructor() {
    super('Interrupted. The files that were not compared are as they were.')
  }
}

const expected = [
  UsageError,
  ConfigurationError,
  KeyFileError,
  NoAnswerError,
  FederationError,
  InterruptError,
  BrokenObjectError,
]

limitGarbage()
limitThreads()
try {
  const request = readArguments(process.argv.slice(2))
  if (request) await run(request)
  else process.stdout.write(`${usage}\n`)
} catch (error) {
  const isExpected = expected.some((kind) => error instanceof kind)
  if (!isExpected && !isOfSystem(error)) throw error
  const { message } = error as Error // one of those
  process.stderr.write(error instanceof UsageError ? `${message}\n\n${usage}\n` : `${message}\n`)
  process.exitCode = 1
}

/** Of the file system, such as a folder that cannot be written. */
function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}
