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

type Rule = { matches: (code: string) => boolean; code: FetchErrorCode; sentence: (code: string) => string }

/** The first row that matches the error code applies. */
const rules: readonly Rule[] = [
  {
    matches: (code) => /TIMEOUT|TIMEDOUT|TimeoutError/.test(code),
    code: 'timeout',
    sentence: () => 'did not respond in time.',
  },
  {
    matches: (code) => code === 'ENOTFOUND' || code === 'ENODATA',
    code: 'unknown_host',
    sentence: () => 'cannot be reached: the host name does not exist.',
  },
  {
    matches: (code) => code.startsWith('EAI_'),
    code: 'unreachable',
    sentence: () => 'cannot be reached: the host name cannot be resolved at the moment.',
  },
  {
    matches: (code) => code === 'ECONNREFUSED',
    code: 'unreachable',
    sentence: () => 'cannot be reached: the connection was refused.',
  },
  {
    matches: (code) => /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_|^EPROTO$|^CRL_|_CA$|HOSTNAME_MISMATCH/.test(code),
    code: 'tls',
    sentence: (code) => `has no valid TLS connection (${code}).`,
  },
  {
    matches: (code) => /^HPE_|HEADERS_OVERFLOW/.test(code),
    code: 'malformed',
    sentence: () => 'returned an invalid HTTP response.',
  },
  { matches: () => true, code: 'unreachable', sentence: (code) => `cannot be reached (${code}).` },
]

/** Returns a `FetchError` unchanged. */
export function toFetchError(url: string, error: unknown): FetchError {
  if (error instanceof FetchError) return error
  const code = getSystemCode(error)
  const rule = rules.find(({ matches }) => matches(code))
  return new FetchError(rule?.code ?? 'unreachable', url, rule?.sentence(code) ?? 'cannot be reached.', {
    cause: error,
  })
}

/** Returns the code of the last attempt to connect. */
function getSystemCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return getSystemCode(error.errors.at(-1))
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
