#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --max-semi-space-size=16
/** Writes what an anchor publishes into a folder, for any web server: `inmor-export -c taconfig.toml FOLDER [--once]`. */
import type { FastifyBaseLogger } from 'fastify'
import { FederationError } from '#core/errors.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { KeyFileError, readServingKeys } from '#store/key-directory.ts'
import { parseCommandLine, UsageError } from '../config/command-line.ts'
import { readConfig } from '../config/config.ts'
import { ConfigurationError } from '../config/error.ts'
import { limitThreads } from '../config/threads.ts'
import { BrokenObjectError } from '../files/objects.ts'
import { createKeyStores } from '../key-store/stores.ts'
import type { MetricsServer } from '../metrics/registry.ts'
import { limitGarbage } from '../process/heap.ts'
import { createLog } from '../process/log.ts'
import { NoAnswerError } from './answers.ts'
import { FolderInUseError } from './lock.ts'
import { openMetrics } from './metrics.ts'
import { exportOnce, InterruptError, keepExported } from './run.ts'

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

async function run({ folder, config, isOnce, withOthers }: NonNullable<ReturnType<typeof readArguments>>) {
  const log: FastifyBaseLogger = createLog({ level: config.logLevel }, isOnce ? process.stderr : undefined)
  const stopped = new AbortController()
  const stop = () => stopped.abort()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
  process.once('disconnect', stop) // `ta` had started it, and ended
  const stores = createKeyStores(config)
  const redis = connectRedis(config.redisUrl, { onError: (err) => log.warn({ err }, 'Redis is away') })
  const options = { config, folder, withOthers, redis, stores, log, signal: stopped.signal }
  let metrics: MetricsServer | undefined
  try {
    // What no retry repairs ends the program.
    await readServingKeys(config.keysDirectory, { historicalDir: config.historicalKeysDirectory, stores })
    await waitForRedis(redis, REDIS_MS)
    if (isOnce) await exportOnce(options, (text) => process.stdout.write(`${text}\n`))
    else {
      metrics = await openMetrics(options)
      await keepExported(options)
    }
  } finally {
    await metrics?.close()
    redis.disconnect()
    await stores.close()
  }
}

const expected = [
  UsageError,
  ConfigurationError,
  KeyFileError,
  NoAnswerError,
  FederationError,
  FolderInUseError,
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
