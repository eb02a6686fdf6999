/** Why a fetch from another entity failed: a code for the program, a sentence for the user. */

export type FetchErrorCode =
  | 'blocked_address'
  | 'blocked_port'
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

/** Temporary errors. `unknown_host` is one because a resolver without a network reports it too. */
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
  /** The HTTP status, if there was a response. */
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

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    if (this.code === 'http_status') return this.status === 429 || (this.status ?? 0) >= 500
    return transient.has(this.code)
  }
}
