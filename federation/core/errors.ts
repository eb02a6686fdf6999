/** Defines federation errors: their codes and the HTTP status of each (§8.9). */
import { formatPath, type Path } from './path.ts'

export type FederationErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_issuer'
  | 'invalid_subject'
  | 'invalid_trust_anchor'
  | 'invalid_trust_chain'
  | 'invalid_metadata'
  | 'not_found'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'unsupported_parameter'
  | 'page_not_found'
  | 'unsupported_claim'

export const errorStatus: Readonly<Record<FederationErrorCode, number>> = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_issuer: 404,
  invalid_subject: 404,
  invalid_trust_anchor: 404,
  invalid_trust_chain: 400,
  invalid_metadata: 400,
  not_found: 404,
  server_error: 500,
  temporarily_unavailable: 503,
  unsupported_parameter: 400,
  // The last two are from the Entity Collection and Extended Subordinate Listing drafts.
  page_not_found: 404,
  unsupported_claim: 400,
}

/** Where and why an operation failed, for the console and for retries. */
export type ErrorDetail = {
  /** The claim, such as `metadata_policy`, `openid_provider`, `scope`. */
  path?: Path
  /** Metadata policy operator (§6.1.3). */
  operator?: string
  /** The rule that failed, such as `exp` or `naming_constraints`. */
  check?: string
  /** Position in the Trust Chain. 0 is the subject's Entity Configuration (§4). */
  statement?: number
  issuer?: string
  subject?: string
  /** Whether the same request may succeed later. */
  retryable?: boolean
}

export class FederationError extends Error {
  readonly code: FederationErrorCode
  readonly detail: ErrorDetail

  /** Only `server_error` has a stack: the others are answers, and a stack takes up to a third of the time of a refusal. */
  constructor(code: FederationErrorCode, message: string, detail: ErrorDetail = {}, options?: ErrorOptions) {
    const text = truncate(message, MAX_MESSAGE)
    const { stackTraceLimit } = Error
    if (code !== 'server_error') Error.stackTraceLimit = 0
    super(text, options)
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'FederationError'
    this.code = code
    this.detail = detail
  }

  get status(): number {
    return errorStatus[this.code]
  }
}

/** Refuses the value at `path`. `finding` continues the sentence after the path, without a full stop. */
export function refuseAt(
  path: Path,
  finding: string,
  code: FederationErrorCode = 'invalid_request',
): FederationError {
  return new FederationError(code, `${formatPath(path)} ${finding}.`, { path })
}

/** Messages contain names of claims and parameters, which can have any length. */
const MAX_MESSAGE = 4096
const MAX_QUOTE = 120

/** Formats a value for an error message, and truncates it to protect the log. */
export function quote(value: unknown): string {
  return truncate(JSON.stringify(value) ?? String(value), MAX_QUOTE)
}

function truncate(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text
}
