/** Skips a host that does not respond, so that its entities cannot delay a crawl (§18.1). */
import { FetchError, type FetchErrorCode } from '#fetcher/fetch-error.ts'

export type HostGuard = {
  /** Runs `fetch` unless the host of `url` failed to respond too often. @throws FetchError */
  fetch<Result>(url: string, fetch: () => Promise<Result>): Promise<Result>
}

/** Consecutive requests without a response. */
const MAX_FAILURES = 4

export function createHostGuard(): HostGuard {
  const failures = new Map<string, number>()
  return {
    async fetch(url, fetch) {
      const host = URL.parse(url)?.host ?? ''
      const failed = failures.get(host) ?? 0
      if (failed >= MAX_FAILURES) {
        const sentence = `was skipped: ${host} did not respond to ${failed} requests.`
        throw new FetchError('unreachable', url, sentence)
      }
      try {
        const result = await fetch()
        failures.delete(host)
        return result
      } catch (error) {
        if (isNoResponse(error)) failures.set(host, (failures.get(host) ?? 0) + 1)
        else failures.delete(host)
        throw error
      }
    },
  }
}

const noResponse: ReadonlySet<FetchErrorCode> = new Set(['timeout', 'unreachable', 'unknown_host'])

function isNoResponse(error: unknown): boolean {
  return error instanceof FetchError && noResponse.has(error.code)
}
