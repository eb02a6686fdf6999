#!/usr/bin/env node
/** Crawls a federation and publishes the collection: `inmor-collection -c taconfig.toml TRUST_ANCHOR [--json]`. */
import { parseEntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { createFetcher } from '#fetcher/fetcher.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { createReader } from '#store/reader.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { type CrawlReport, crawlFederation } from '../collection/crawl.ts'
import { parseCommandLine, UsageError } from '../config/command-line.ts'
import { type FederationConfig, readConfig } from '../config/config.ts'
import { ConfigurationError } from '../config/error.ts'

const usage = `Usage: inmor-collection -c FILE TRUST_ANCHOR [--json]

Crawls the federation below TRUST_ANCHOR, an Entity Identifier, and publishes the result at /collection.
If the crawl fails, the published collection stays unchanged and the exit code is 1.

  -c, --config  the configuration of the federation server, taconfig.toml
  --json        print the report as JSON
`

const REDIS_WAIT_MS = 5_000

function readArguments(args: string[]) {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  const [trustAnchor, ...rest] = positionals
  if (trustAnchor === undefined)
    throw new UsageError('The Trust Anchor is missing. Name the Trust Anchor to crawl.')
  if (rest.length > 0)
    throw new UsageError(`Unexpected arguments: ${rest.join(' ')}. Name one Trust Anchor at a time.`)
  const config = readConfig(values.config === undefined ? [] : ['-c', values.config])
  return { trustAnchor: parseEntityId(trustAnchor, config), config, json: values.json ?? false }
}

const parse = (args: string[]) =>
  parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      config: { type: 'string', short: 'c' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })

async function crawl(trustAnchor: string, config: FederationConfig): Promise<CrawlReport> {
  const { entityId, allowHttp, redisKeyPrefix: prefix } = config
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
    return await crawlFederation(options).finally(reader.close)
  } finally {
    await fetcher.close()
    redis.disconnect()
  }
}

class InterruptError extends Error {
  constructor(signal: string) {
    super(`Interrupted by ${signal}. The collection is unchanged.`)
  }
}

function print({ trustAnchor, entities, failed, failures, milliseconds }: CrawlReport): void {
  for (const { entity, reason } of failures) console.error(`${entity}: ${reason}`)
  const shown = failures.length < failed ? ` (the first ${failures.length} are listed above)` : ''
  console.log(
    `Published ${entities} entities below ${trustAnchor} in ${milliseconds} ms, with ${failed} failures${shown}.`,
  )
}

try {
  const request = readArguments(process.argv.slice(2))
  if (request) {
    const report = await crawl(request.trustAnchor, request.config)
    if (request.json) console.log(JSON.stringify(report))
    else print(report)
  } else console.log(usage)
} catch (error) {
  const isExpected = [UsageError, ConfigurationError, FederationError, InterruptError].some(
    (kind) => error instanceof kind,
  )
  if (!isExpected) throw error
  const { message } = error as Error // one of the four
  console.error(error instanceof UsageError ? `${message}\n\n${usage}` : message)
  process.exitCode = 1
}
