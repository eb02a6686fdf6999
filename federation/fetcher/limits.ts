/** Limits the cost of one request. Statements contain URLs of untrusted parties (§18.1). */

export type FetchLimits = {
  /** Milliseconds for name resolution, TCP and TLS in total. */
  connectTimeout: number
  /** Milliseconds to the last byte, including the wait for a place. */
  totalTimeout: number
  maxBodyBytes: number
  /** Concurrent requests to one host. Further requests wait. */
  perHost: number
}

export const defaultLimits: FetchLimits = {
  connectTimeout: 5_000,
  totalTimeout: 10_000,
  maxBodyBytes: 2 * 1024 * 1024,
  perHost: 4,
}
