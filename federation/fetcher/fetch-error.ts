/** Why something could not be had from another entity, as a code to decide by and a sentence to read. */

export type FetchErrorCode =
  | 'blocked_address'
  | 'unknown_host'
  | 'unreachable'
  | 'tls'
  | 'timeout'
  | 'redirect'
  | 'not_found'
  | 'http_status'
  | 'wrong_content_type'
  | 'too_large'
  | 'malformed'

/** Faults of the moment; the others stay until somebody mends them. A resolver that is cut off knows no host either. */
const transient: ReadonlySet<FetchErrorCode> = new Set([
  'unknown_host',
  'unreachable',
  'timeout',
  'http_status',
])

export class FetchError extends Error {
  override readonly name = 'FetchError'
  readonly code: FetchErrorCode
  readonly url: string
  /** The status of the answer, where there was one. */
  readonly status: number | undefined

  constructor(
    code: FetchErrorCode,
    url: string,
    sentence: string,
    options: ErrorOptions & { status?: number } = {},
  ) {
    super(`${url} ${sentence}`, options)
    this.code = code
    this.url = url
    this.status = options.status
  }

  /** Whether the same request may succeed a little later. */
  get retryable(): boolean {
    if (this.code === 'http_status') return this.status === 429 || (this.status ?? 0) >= 500
    return transient.has(this.code)
  }
}
