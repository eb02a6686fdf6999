/** What one request to a stranger may cost us. Every URL in a statement is chosen by whoever signed it (§18.1). */

export type FetchLimits = {
  /** Milliseconds for name resolution, TCP and TLS together. */
  connectTimeout: number
  /** Milliseconds from the start, waiting for a place included, to the last byte. */
  totalTimeout: number
  /** Bytes of a body, counted while it arrives. */
  maxBodyBytes: number
  /** Requests to one host at the same time; further ones wait. */
  perHost: number
}

export const defaultLimits: FetchLimits = {
  connectTimeout: 5_000,
  totalTimeout: 10_000,
  maxBodyBytes: 2 * 1024 * 1024,
  perHost: 4,
}
