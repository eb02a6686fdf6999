/** Converts network errors to `FetchError`. */
import { FetchError, type FetchErrorCode } from './fetch-error.ts'

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
