/** Gives up on a host that does not answer, so that many entities behind it cannot hold up a walk (§18.1). */
import { FetchError, type FetchErrorCode } from '#fetcher/fetch-error.ts'

export type HostGuard = {
  /** Runs `fetch` unless the host of `url` kept silent too often. @throws FetchError */
  fetch<Result>(url: string, fetch: () => Promise<Result>): Promise<Result>
}

/** Requests in a row without an answer. */
const MAX_SILENCES = 4

export function createHostGuard(): HostGuard {
  const silences = new Map<string, number>()
  return {
    async fetch(url, fetch) {
      const host = URL.parse(url)?.host ?? ''
      const silent = silences.get(host) ?? 0
      if (silent >= MAX_SILENCES) {
        throw new FetchError('unreachable', url, `was not asked: ${host} left ${silent} requests unanswered.`)
      }
      try {
        const result = await fetch()
        silences.delete(host)
        return result
      } catch (error) {
        if (isSilence(error)) silences.set(host, (silences.get(host) ?? 0) + 1)
        else silences.delete(host)
        throw error
      }
    },
  }
}

const silence: ReadonlySet<FetchErrorCode> = new Set(['timeout', 'unreachable', 'unknown_host'])

function isSilence(error: unknown): boolean {
  return error instanceof FetchError && silence.has(error.code)
}
