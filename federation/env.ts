/** Reads the configuration: taconfig.toml, overridden by the environment. The only reader of `process.env` here. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parse as parseToml, TomlError } from 'smol-toml'
import { hashTagNeeded, lacksHashTag } from '#store/redis-url.ts'
import { type Setting, SettingError, settings } from './setting.ts'

type Settings = { [Name in keyof typeof settings]: ReturnType<(typeof settings)[Name]['parse']> }

/** `tls` takes the place of the two file names; the historical keys lie below the keys unless said otherwise. */
export type FederationConfig = Omit<Settings, 'tlsCert' | 'tlsKey'> & {
  tls?: { certFile: string; keyFile: string }
}

/** Every mistake found, each as a sentence that begins with the name of the variable. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'))
    this.name = 'ConfigError'
    this.mistakes = mistakes
  }
}

const DEFAULT_FILE = 'taconfig.toml'

/** Reads `-c FILE` from the arguments, or ./taconfig.toml if it is there. @throws ConfigError */
export function readConfig(
  args: readonly string[] = process.argv.slice(2),
  environment: NodeJS.ProcessEnv = process.env,
): FederationConfig {
  const file = readConfigFile(configFileName(args))
  const mistakes: string[] = []
  const values: Partial<Record<keyof Settings, unknown>> = {}
  for (const [name, row] of Object.entries(settings)) {
    try {
      // The entries of the table have its names, which Object.entries does not say.
      values[name as keyof Settings] = readSetting(row, environment, file)
    } catch (error) {
      if (!(error instanceof SettingError)) throw error
      mistakes.push(`${label(row)} ${error.message}.`)
    }
  }
  // Each value was parsed by the row of its name, or else a mistake is reported below.
  const config = values as Settings
  mistakes.push(...findContradictions(config))
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return toConfig(config)
}

function readSetting(
  row: Setting<unknown>,
  environment: NodeJS.ProcessEnv,
  file: Record<string, unknown>,
): unknown {
  const variable = row.env.find((name) => environment[name])
  const fromFile = row.toml === undefined ? undefined : file[row.toml]
  const value = variable ? environment[variable] : (fromFile ?? row.fallback)
  if (value === undefined) throw new SettingError('is not set')
  if (!['string', 'boolean', 'number'].includes(typeof value))
    throw new SettingError('must be a single value')
  return row.parse(String(value))
}

/** What no row can see alone. */
function findContradictions({ entityId, allowHttp, tlsCert, tlsKey, ...redis }: Partial<Settings>): string[] {
  const mistakes = []
  if (redis.redisUrl && lacksHashTag(redis.redisUrl, redis.redisPrefix ?? '')) {
    mistakes.push(`${label(settings.redisPrefix)} ${hashTagNeeded}.`)
  }
  if (entityId?.startsWith('http:') && allowHttp === false) {
    mistakes.push(`${label(settings.entityId)} must be an https URL unless ALLOW_HTTP (allow_http) is true.`)
  }
  if (Boolean(tlsCert) !== Boolean(tlsKey)) {
    mistakes.push('TLS_CERT (tls_cert) and TLS_KEY (tls_key) must be set together.')
  }
  return mistakes
}

function toConfig({ tlsCert, tlsKey, ...config }: Settings): FederationConfig {
  return {
    ...config,
    historicalKeysDir: config.historicalKeysDir || join(config.keysDir, 'historical_keys'),
    ...(tlsCert && tlsKey ? { tls: { certFile: tlsCert, keyFile: tlsKey } } : {}),
  }
}

function label({ env, toml }: Setting<unknown>): string {
  return toml ? `${env[0]} (${toml})` : String(env[0])
}

function configFileName(args: readonly string[]): string | undefined {
  try {
    return parseArgs({ args: [...args], options: { config: { type: 'string', short: 'c' } } }).values.config
  } catch (error) {
    throw new ConfigError([`${(error as Error).message} Usage: -c FILE`]) // parseArgs throws errors only
  }
}

function readConfigFile(named: string | undefined): Record<string, unknown> {
  const file = named ?? DEFAULT_FILE
  try {
    return parseToml(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof TomlError) {
      throw new ConfigError([
        `${file} is not valid TOML, line ${error.line}: ${error.message.split('\n', 1)[0]}`,
      ])
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    if (named === undefined && code === 'ENOENT') return {}
    throw new ConfigError([`${file} cannot be read (${code}).`])
  }
}
