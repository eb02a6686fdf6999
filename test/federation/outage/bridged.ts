/** A federation server with the export of its anchor, on a Redis that a test takes away. */
import { writeFile } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { pino } from 'pino'
import { readConfig } from '#federation/config/config.ts'
import { startFederationServer } from '#federation/start.ts'
import { writeNewKey } from '#store/key-directory.ts'
import { ask } from '../anchors/installation.ts'
import { entityId, type TrustAnchor } from '../trust-anchor.ts'

type Options = { keysDirectory: string; exportFolder?: string; redisUrl?: string }

/** The key directory has the key of `ta`, whose Redis the server reads. */
export async function startBridged(ta: TrustAnchor, { keysDirectory, exportFolder, redisUrl }: Options) {
  await writeNewKey(keysDirectory, ta.key, { force: true })
  await writeFile(`${keysDirectory}/taconfig.toml`, exportFolder ? `export_folder = "${exportFolder}"` : '')
  const config = readConfig(['-c', `${keysDirectory}/taconfig.toml`], {
    TA_DOMAIN: entityId,
    REDIS_URL: redisUrl ?? ta.redis.url,
    KEYS_DIR: keysDirectory,
    HOST: '127.0.0.1',
    PORT: '0',
  })
  const output = new PassThrough({ encoding: 'utf8' })
  const server = await startFederationServer(config, { logger: pino({ level: 'info' }, output) })
  let log = ''
  return {
    get: (path: string, options = {}) => ask(server, 'ta.example', path, options),
    /** What it has logged so far. */
    log(): string {
      log += output.read() ?? ''
      return log
    },
    close: server.close,
  }
}

export type Bridged = Awaited<ReturnType<typeof startBridged>>
