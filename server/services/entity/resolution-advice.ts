/** What a person can do about a chain or branch that fails, by the rule that failed. */
import type { FederationError } from '#core/errors.ts'
import { FetchError } from '#fetcher/fetch-error.ts'

/** By the code of a failed fetch, or by the check or the code of what was found wrong. */
const advice: Readonly<Record<string, string>> = {
  authority_hints: 'The entity must add this superior to its authority_hints, or be reached another way.',
  exp: 'Whoever issued it must publish a fresh one; check that its renewal works and its clock is right.',
  iat: 'Check the clock of the server that issued it.',
  unknown_host: 'Check the spelling of the host name, and that it resolves from here.',
  unreachable: 'Check that the host answers from here: its name, its port and the firewalls between.',
  timeout: 'The host is slow or overloaded; try again, and tell whoever runs it.',
  tls: 'The certificate of the host must be valid for its name and signed by an authority known here.',
  blocked_address: 'Private and reserved addresses are not asked; the entity needs a public one.',
  redirect: 'Redirects are not followed: the document must be served at this very address.',
  wrong_content_type: 'The server sends something else than an Entity Statement at this address.',
  http_status: 'The server fails; its log says why.',
  not_found: 'Whoever is asked does not know this entity: it must be registered there, or publish there.',
  limits: 'Try again in a moment; if it persists, this part of the federation is too large or too slow.',
  link: 'The superior serves a statement about another entity: check what it has registered.',
  loop: 'Superiors name each other: one of them must correct its authority_hints.',
  max_path_length: 'Register the entity nearer to the Trust Anchor, or allow a longer path.',
  naming_constraints: 'The entity needs a name inside the name space, or the name space must be widened.',
  metadata_policy: 'The entity must change its metadata, or whoever set the operator must change the policy.',
  signature:
    'The superior vouches for other keys: they must be brought up to date where it has registered them.',
  trust_anchor: 'The entity hangs below another Trust Anchor: resolve it against that one.',
  typ: 'The server sends something else than an Entity Statement at this address.',
}

/** Empty where the message says all there is. */
export function adviceFor({ cause, detail, code }: FederationError): string {
  return advice[cause instanceof FetchError ? cause.code : (detail.check ?? code)] ?? ''
}
