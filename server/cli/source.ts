/** Reads exported files of an anchor, and the keys that are trusted for them. */
import { readFile } from 'node:fs/promises'
import { type JwkSet, parseJwkSet } from '#core/keys.ts'
import { ConfigurationError } from '#federation/config/error.ts'
import { createFetcher } from '#fetcher/fetcher.ts'

/** A list of a million members has 60 MB. Times are milliseconds. */
const LIMITS = { maxBodyBytes: 256 * 1024 * 1024, totalTimeout: 60_000, perHost: 32 }

export const openSourceFetcher = ({ allowHttp }: { allowHttp: boolean }) =>
  createFetcher({ allowHttp, limits: LIMITS })

/** Null without a file. @throws ConfigurationError */
export async function readKeys(file: string | undefined): Promise<JwkSet | null> {
  if (file === undefined) return null
  try {
    return parseJwkSet(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    throw new ConfigurationError(`${file} is not a readable JWK Set: ${(error as Error).message}`) // of JSON, files or core
  }
}
