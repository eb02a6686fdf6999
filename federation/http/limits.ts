/** What a request may be, for servers, proxies and documents: test/deploy/limits.test.ts compares all that repeat a number. */

const KIB = 1024
const MIB = KIB * KIB

export const bytes = {
  /** The request line and all headers. */
  head: 16 * KIB,
  /** A form, or parameters as JSON, for the federation server. */
  form: 16 * KIB,
  /** A pushed JWK Set: ten keys of ML-DSA-87, with a signature. */
  keySet: 64 * KIB,
  /** For the admin server. */
  adminBody: MIB,
  /** The same for GraphQL of an operator, who may send configuration files. */
  operatorBody: 64 * MIB,
}

export const milliseconds = {
  /** Until a whole request has arrived at the federation server. */
  publicRequest: 10_000,
  /** The same at the admin server: 64 MiB at 2 Mbit/s. */
  adminRequest: 300_000,
  /** Between two requests of a connection: longer than proxies keep theirs, so that none asks on one that ends. */
  idle: 65_000,
  /** Between two events of a subscription, for proxies. */
  silence: 3_600_000,
}

export const describeTooLarge = (limit: number) =>
  `The request body is larger than ${limit / MIB} MB. Send it in parts.`
