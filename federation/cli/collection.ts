#!/usr/bin/env node
/** Walks a federation and publishes what it found: `inmor-collection -c taconfig.toml TRUST_ANCHOR [--json]`. */
import { parseArgs } from 'node:util'
import { parseEntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { createFetcher } from '#fetcher/fetcher.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { createReader } from '#store/reader.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { type WalkReport, walkCollection } from '../collection/walk.ts'
import { ConfigError, type FederationConfig, readConfig } from '../env.ts'

const usage = `Usage: inmor-collection -c FILE TRUST_ANCHOR [--json]

Walks the federation below TRUST_ANCHOR, an Entity Identifier, and publishes what it found at /collection.
A walk that fails leaves what was published before, and ends with exit code 1.

  -c, --config  the configuration of the federation server, taconfig.toml
  --json        print the report as JSON
`

/** A mistake in how the command was called. */
class UsageError extends Error {}

const REDIS_WAIT_MS = 5_000

function readArguments(args: string[]) {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  const [trustAnchor, ...rest] = positionals
  if (trustAnchor === undefined)
    throw new UsageError('Name the Trust Anchor whose federation is to be walked.')
  if (rest.length > 0)
    throw new UsageError(`One Trust Anchor is walked at a time, not also ${rest.join(' ')}.`)
  const config = readConfig(values.config === undefined ? [] : ['-c', values.config])
  return { trustAnchor: parseEntityId(trustAnchor, config), config, json: values.json ?? false }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message) // parseArgs throws errors only
  }
}

async function walk(trustAnchor: string, config: FederationConfig): Promise<WalkReport> {
  const { entityId, allowHttp, redisPrefix: prefix } = config
  const redis = connectRedis(config.redisUrl)
  const interrupted = new AbortController()
  const interrupt = (signal: string) => interrupted.abort(new InterruptError(signal))
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const fetcher = createFetcher({ allowHttp, userAgent: `inmor/${packageJson.version}` })
  try {
    await waitForRedis(redis, REDIS_WAIT_MS)
    const reader = createReader({ redis, prefix })
    const now = () => Math.floor(Date.now() / 1000)
    const { signal } = interrupted
    const options = { trustAnchor, entityId, allowHttp, redis, prefix, reader, fetcher, now, signal }
    return await walkCollection(options).finally(reader.close)
  } finally {
    await fetcher.close()
    redis.disconnect()
  }
}

/** The operator, or the scheduler, wants it to end. */
class InterruptError extends Error {
  constructor(signal: string) {
    super(`Interrupted by ${signal}; the collection stays as it was.`)
  }
}

function print({ trustAnchor, entities, failed, failures, milliseconds }: WalkReport): void {
  for (const { entity, reason } of failures) console.error(`${entity}: ${reason}`)
  const told = failures.length < failed ? `, the first ${failures.length} of them above` : ''
  console.log(
    `${entities} entities below ${trustAnchor} published, ${failed} failures${told}, in ${milliseconds} ms`,
  )
}

try {
  const request = readArguments(process.argv.slice(2))
  if (request) {
    const report = await walk(request.trustAnchor, request.config)
    if (request.json) console.log(JSON.stringify(report))
    else print(report)
  } else console.log(usage)
} catch (error) {
  const isExpected = [UsageError, ConfigError, FederationError, InterruptError].some(
    (kind) => error instanceof kind,
  )
  if (!isExpected) throw error
  const { message } = error as Error // one of the four
  console.error(error instanceof UsageError ? `${message}\n\n${usage}` : message)
  process.exitCode = 1
}
