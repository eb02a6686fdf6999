/** Reads the configuration of the federation server: taconfig.toml, overridden by the environment. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parse as parseToml, TomlError } from 'smol-toml'
import { ConfigurationError } from './error.ts'
import { compareShared, historicalKeysOf } from './shared.ts'
import { type Faults, readVariables, type Values } from './variable.ts'
import { federationVariables } from './variables.ts'

type Read = Values<typeof federationVariables>

/** `tls` takes the place of the two file names. */
export type FederationConfig = Omit<Read, 'tlsCert' | 'tlsKey' | 'historicalKeysDirectory'> & {
  historicalKeysDirectory: string
  tls?: { certFile: string; keyFile: string }
}

const DEFAULT_FILE = 'taconfig.toml'

/** Reads `-c FILE`, or ./taconfig.toml if it is there, and `-p PORT`. @throws ConfigurationError */
export function readConfig(
  args: readonly string[] = process.argv.slice(2),
  environment: NodeJS.ProcessEnv = process.env,
): FederationConfig {
  const { config: fileName, port } = readArguments(args)
  const { tlsCert, tlsKey, ...config } = readVariables(federationVariables, {
    environment: port === undefined ? environment : { ...environment, PORT: port },
    file: readConfigFile(fileName),
    compare,
  })
  return {
    ...config,
    historicalKeysDirectory: historicalKeysOf(config),
    ...(tlsCert && tlsKey ? { tls: { certFile: tlsCert, keyFile: tlsKey } } : {}),
  }
}

function compare(values: Partial<Read>): Faults<typeof federationVariables> {
  const { tlsCert, tlsKey } = values
  return {
    ...compareShared(values),
    tlsCert: Boolean(tlsCert) !== Boolean(tlsKey) && 'and TLS_KEY (tls_key) must be set together',
  }
}

function readArguments(args: readonly string[]) {
  const options = { config: { type: 'string', short: 'c' }, port: { type: 'string', short: 'p' } } as const
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message} Usage: -c FILE -p PORT`) // parseArgs throws errors only
  }
}

function readConfigFile(named: string | undefined): Record<string, unknown> {
  const file = named ?? DEFAULT_FILE
  try {
    return parseToml(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof TomlError) {
      const [reason] = error.message.split('\n', 1)
      throw new ConfigurationError(`${file} is not valid TOML, line ${error.line}: ${reason}`)
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    if (named === undefined && code === 'ENOENT') return {}
    throw new ConfigurationError(`${file} cannot be read (${code}).`)
  }
}
