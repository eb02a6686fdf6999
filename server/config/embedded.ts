/**
 * Reads the variables of `npm start`, the demonstration and commands on a data directory, and completes the
 * environment.
 */
import { join, resolve } from 'node:path'
import { text, wholeNumber } from '#federation/config/kind.ts'
import { readVariables, type Table, type Values, withSecrets } from '#federation/config/variable.ts'
import { serverVariables } from '#server/config/variables.ts'

const port = wholeNumber(1, 65_535)

export const embeddedVariables = {
  dataDirectory: {
    names: ['DATA_DIR'],
    kind: text.default('data'),
    meaning:
      'the directory of keys, database and secrets; `data/demo` for `npm run demo` and `data/dev` for `npm run dev` when not set',
  },
  adminPort: {
    names: ['ADMIN_PORT'],
    kind: port.default(8000),
    meaning: 'the port of the console and the admin API',
  },
  federationPort: {
    names: ['FEDERATION_PORT'],
    kind: port.default(8080),
    meaning: 'the port of the federation server',
  },
  demoPort: {
    names: ['DEMO_PORT'],
    kind: port.default(9101),
    meaning: 'the first port of the members that `npm run demo` starts',
  },
  consolePort: {
    names: ['CONSOLE_PORT'],
    kind: port.default(5173),
    meaning: 'the port of the console that `npm run dev` reloads',
  },
} as const satisfies Table

export type EmbeddedConfig = Values<typeof embeddedVariables> & {
  entityId: string
  host: string
  isDatabaseEmbedded: boolean
  isRedisEmbedded: boolean
  /** The environment of both servers, without AUTH_SECRET. The URLs of embedded parts are placeholders. */
  environment: NodeJS.ProcessEnv
}

export const keysBelow = (dataDirectory: string) => join(resolve(dataDirectory), 'keys')

/** @throws ConfigurationError */
export function readEmbeddedConfig(environment: NodeJS.ProcessEnv = process.env): EmbeddedConfig {
  const config = readVariables(embeddedVariables, { environment })
  const resolved = withSecrets(serverVariables, environment)
  const given = Object.fromEntries(Object.entries(resolved).filter(([, value]) => value !== ''))
  const isDatabaseEmbedded = !given.DATABASE_URL && !given.DB_HOST
  const isRedisEmbedded = !given.REDIS_URL && !given.REDIS_LOCATION
  const { TA_DOMAIN: entityId = `http://localhost:${config.federationPort}`, HOST: host = 'localhost' } =
    given
  return {
    ...config,
    entityId,
    host,
    isDatabaseEmbedded,
    isRedisEmbedded,
    environment: {
      TA_DOMAIN: entityId,
      HOST: host,
      LOG_LEVEL: 'warn',
      KEYS_DIR: keysBelow(config.dataDirectory),
      EXPORT_FOLDER: join(resolve(config.dataDirectory), 'export'),
      ADMIN_URL: `http://localhost:${config.adminPort}`,
      ALLOW_HTTP: String(entityId.startsWith('http:')),
      ...(isDatabaseEmbedded ? { DATABASE_URL: 'postgresql://embedded' } : {}),
      ...(isRedisEmbedded ? { REDIS_URL: 'redis://embedded' } : {}),
      ...given,
    },
  }
}

/** Sets variables that are not set, for this process and those that it starts. */
export function setDefaults(defaults: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(defaults)) process.env[name] ||= value
}
