/** Advice for a failed chain or branch, by the failed rule. */
import type { FederationError } from '#core/errors.ts'
import { FetchError } from '#fetcher/fetch-error.ts'

/** By the code of a failed fetch, or by the check or the code of what was found wrong. */
const advice: Readonly<Record<string, string>> = {
  authority_hints: 'The entity must add this superior to its authority_hints, or be reached another way.',
  exp: 'Its issuer must publish a new one. Check the issuer’s renewal and clock.',
  iat: 'Check the clock of the server that issued it.',
  unknown_host: 'Check the spelling of the host name, and that it resolves from here.',
  unreachable: 'Check that the host answers from here: its name, its port and the firewalls between.',
  timeout: 'The host is slow or overloaded. Try again, or contact its operator.',
  tls: 'The certificate of the host must be valid for its name and signed by an authority known here.',
  blocked_address: 'Private and reserved addresses are not asked; the entity needs a public one.',
  redirect: 'Redirects are not followed: the document must be served at this very address.',
  wrong_content_type: 'The server sends something else than an Entity Statement at this address.',
  http_status: 'The server fails; its log says why.',
  not_found: 'The server does not know this entity. Register or publish the entity there.',
  limits: 'Try again in a moment; if it persists, this part of the federation is too large or too slow.',
  link: 'The superior serves a statement about another entity: check what it has registered.',
  loop: 'Superiors name each other: one of them must correct its authority_hints.',
  max_path_length: 'Register the entity nearer to the Trust Anchor, or allow a longer path.',
  naming_constraints: 'The entity needs a name inside the name space, or the name space must be widened.',
  metadata_policy:
    'The entity must change its metadata, or the superior that set the operator must change its policy.',
  signature:
    'The superior vouches for other keys: they must be brought up to date where it has registered them.',
  trust_anchor: 'The entity hangs below another Trust Anchor: resolve it against that one.',
  typ: 'The server sends something else than an Entity Statement at this address.',
}

/** Empty where the message is enough. */
export function adviceFor({ cause, detail, code }: FederationError): string {
  return advice[cause instanceof FetchError ? cause.code : (detail.check ?? code)] ?? ''
}
