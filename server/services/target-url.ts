/** Parses a URL to which this server sends requests, with the rules of the fetcher. A name is resolved at each request. */
import type { Path } from '#core/path.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import { parseTarget } from '#fetcher/guard.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'

/** @throws InvalidInputError at the path */
export function parseTargetUrl(given: string, rules: { allowHttp: boolean }, ...path: Path): URL {
  try {
    return parseTarget(given, rules)
  } catch (error) {
    if (error instanceof FetchError) throw new InvalidInputError(error.message, ...path)
    throw error
  }
}
