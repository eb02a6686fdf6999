/** Federation errors: the closed set of codes, and the HTTP status that belongs to each (§8.9). */
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
  // The last two come from the Entity Collection and Extended Subordinate Listing drafts.
  page_not_found: 404,
  unsupported_claim: 400,
}

/** Where it went wrong, so that a console can point at the place and a resolver can decide to retry. */
export type ErrorDetail = {
  /** The claim, such as `metadata_policy`, `openid_provider`, `scope`. */
  path?: Path
  /** Metadata policy operator (§6.1.3). */
  operator?: string
  /** The rule that failed, such as `exp` or `naming_constraints`. */
  check?: string
  /** Position in the Trust Chain, 0 for the subject's Entity Configuration (§4). */
  statement?: number
  issuer?: string
  subject?: string
  /** True when the same request may succeed later. */
  retryable?: boolean
}

export class FederationError extends Error {
  readonly code: FederationErrorCode
  readonly detail: ErrorDetail

  constructor(code: FederationErrorCode, message: string, detail: ErrorDetail = {}, options?: ErrorOptions) {
    super(cut(message, MAX_MESSAGE), options)
    this.name = 'FederationError'
    this.code = code
    this.detail = detail
  }

  get status(): number {
    return errorStatus[this.code]
  }
}

/** Refuses the value at `path`; `fault` goes on with the sentence that the path begins. */
export function refuseAt(
  path: Path,
  fault: string,
  code: FederationErrorCode = 'invalid_request',
): FederationError {
  return new FederationError(code, `${formatPath(path)} ${fault}`, { path })
}

/** Names of claims and parameters stand in messages too, and a stranger's can be of any length. */
const MAX_MESSAGE = 4096
const MAX_QUOTE = 120

/** Shows a value inside an error message, cut so that hostile input cannot flood a log. */
export function quote(value: unknown): string {
  return cut(JSON.stringify(value) ?? String(value), MAX_QUOTE)
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text
}
