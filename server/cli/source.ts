/** Where a command reads exported files of an anchor, and the keys that are trusted for them. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { InvalidArgumentError } from 'commander'
import { computeKeyId, type Jwk, type JwkSet, parseJwkSet } from '#core/keys.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import { readAllowHttp } from '#federation/config/shared.ts'
import { openFolderSource, openUrlSource, type Source } from '#federation/mirror/source.ts'
import { createFetcher } from '#fetcher/fetcher.ts'

/** A list of a million members has 60 MB. Times are milliseconds. */
const LIMITS = { maxBodyBytes: 256 * 1024 * 1024, totalTimeout: 60_000, perHost: 32 }

/** Null without a file. @throws ConfigurationError */
export async function readKeys(file: string | undefined): Promise<JwkSet | null> {
  if (file === undefined) return null
  try {
    return parseJwkSet(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    throw new ConfigurationError(`${file} is not a readable JWK Set: ${(error as Error).message}`) // of JSON, files or core
  }
}

/** What the words of a command name. Anything without a scheme is a folder. */
export type Place = { kind: 'url' | 'folder'; name: string }

/** @throws InvalidArgumentError */
export function parsePlace(name: string): Place {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(name) ?? []
  if (scheme === undefined) return { kind: 'folder', name }
  if (/^https?$/.test(scheme) && URL.canParse(name)) return { kind: 'url', name }
  throw new InvalidArgumentError('Use a URL, such as https://ta.example.org, or a folder.')
}

type Opened = Source & { close(): Promise<void> }

/** @throws ConfigurationError for a folder that is missing */
export function openPlace({ kind, name }: Place, { allowHttp }: { allowHttp: boolean }): Opened {
  if (kind === 'url') {
    const fetcher = createFetcher({ allowHttp: allowHttp || readAllowHttp(), limits: LIMITS })
    return { ...openUrlSource(fetcher, name), close: fetcher.close }
  }
  if (existsSync(name)) return { ...openFolderSource(name), close: async () => undefined }
  throw new ConfigurationError(
    `There is no folder ${name}. Name the folder of an export or a mirror, or a URL.`,
  )
}

/** `option`: with which an operator names the keys instead. */
export async function describeFirstUse(
  { entityId, keys }: { entityId: string; keys: JwkSet },
  option: string,
): Promise<string> {
  const lines = await Promise.all(keys.keys.map(describeKey))
  return [
    `These keys of ${entityId} are trusted from now on. Compare their thumbprints with those that its operator shows, or name its keys with ${option}:`,
    ...lines,
  ].join('\n')
}

async function describeKey(jwk: Jwk): Promise<string> {
  const thumbprint = await computeKeyId(jwk).catch(() => 'no thumbprint: the type is unknown')
  return `  ${thumbprint} (kid ${jwk.kid})`
}
