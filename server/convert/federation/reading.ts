/** What every part of reading a federation needs. */
import type { Clock } from '#core/validity.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { Failures } from '#server/convert/failures.ts'

export type Reading = Clock & {
  fetcher: Fetcher
  /** For lists, which are longer than statements. */
  lists: Pick<Fetcher, 'json'>
  failures: Failures
  signal: AbortSignal
}

/** Requests at a time. */
export const CONCURRENCY = 8

/** The fetcher refuses http unless it is allowed. */
export const anyScheme = { allowHttp: true }
