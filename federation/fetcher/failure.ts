/** Puts what went wrong below HTTP into the words of `FetchError`. */
import { FetchError, type FetchErrorCode } from './fetch-error.ts'

type Rule = { matches: (code: string) => boolean; code: FetchErrorCode; sentence: (code: string) => string }

/** The first row that matches the error's own code decides. */
const rules: readonly Rule[] = [
  {
    matches: (code) => /TIMEOUT|TIMEDOUT|TimeoutError/.test(code),
    code: 'timeout',
    sentence: () => 'did not answer in time.',
  },
  {
    matches: (code) => code === 'ENOTFOUND' || code === 'ENODATA',
    code: 'unknown_host',
    sentence: () => 'cannot be reached: there is no host of that name.',
  },
  {
    matches: (code) => code.startsWith('EAI_'),
    code: 'unreachable',
    sentence: () => 'cannot be reached: its host name does not resolve at present.',
  },
  {
    matches: (code) => code === 'ECONNREFUSED',
    code: 'unreachable',
    sentence: () => 'cannot be reached: the connection was refused.',
  },
  {
    matches: (code) => /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_|^EPROTO$|^CRL_|_CA$|HOSTNAME_MISMATCH/.test(code),
    code: 'tls',
    sentence: (code) => `has no trustworthy TLS connection (${code}).`,
  },
  {
    matches: (code) => /^HPE_|HEADERS_OVERFLOW/.test(code),
    code: 'malformed',
    sentence: () => 'sent something that is not HTTP.',
  },
  { matches: () => true, code: 'unreachable', sentence: (code) => `cannot be reached (${code}).` },
]

/** The failure as a `FetchError`; one that is so already passes. */
export function describeFailure(url: string, error: unknown): FetchError {
  if (error instanceof FetchError) return error
  const code = systemCode(error)
  const rule = rules.find(({ matches }) => matches(code))
  return new FetchError(rule?.code ?? 'unreachable', url, rule?.sentence(code) ?? 'cannot be reached.', {
    cause: error,
  })
}

/** The code of an error; of several attempts to connect, the code of the last. */
function systemCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return systemCode(error.errors.at(-1))
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
