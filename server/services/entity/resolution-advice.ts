/** Advice for a failed chain or branch, by the failed rule. */
import type { FederationError } from '#core/errors.ts'
import { FetchError } from '#fetcher/fetch-error.ts'

/** By the code of a failed fetch, or by the failed check, or by the code of the error. */
const advice: Readonly<Record<string, string>> = {
  authority_hints: 'The entity must add this superior to its authority_hints.',
  exp: 'Its issuer must publish a new one. Check the issuer’s renewal and clock.',
  iat: 'Check the clock of the server that issued it.',
  unknown_host: 'Check the spelling of the host name, and that it resolves from here.',
  unreachable: 'Check its port, and the firewalls between this server and the host.',
  timeout: 'The host is slow or overloaded. Try again, or contact its operator.',
  tls: 'The certificate of the host must be valid for its name and signed by an authority known here.',
  blocked_address: 'The entity needs a public address: private and reserved ones are not contacted.',
  redirect: 'The document must be served at this address: redirects are not followed.',
  wrong_content_type: 'The server does not serve an Entity Statement at this address.',
  http_status: 'The server failed. Its operator finds the reason in its log.',
  not_found: 'The server does not know this entity. Register or publish the entity there.',
  limits: 'Try again in a moment. If it fails again, this part of the federation is too large or too slow.',
  link: 'The superior serves a statement about another entity. Ask its operator to check the registration.',
  loop: 'Superiors name each other. One of them must correct its authority_hints.',
  max_path_length: 'Register the entity nearer to the Trust Anchor, or allow a longer path.',
  naming_constraints:
    'The entity needs a host name within the permitted names, or the constraint must permit it.',
  metadata_policy:
    'The entity must change its metadata, or the superior that set the operator must change its policy.',
  signature: 'The superior registered other keys for this entity. Ask its operator to update them.',
  trust_anchor: 'The entity belongs to another Trust Anchor. Check it against that one.',
  typ: 'The server does not serve an Entity Statement at this address.',
}

/** Empty where the message is enough. */
export function adviceFor({ cause, detail, code }: FederationError): string {
  return advice[cause instanceof FetchError ? cause.code : (detail.check ?? code)] ?? ''
}

/** The advice about an Entity Configuration that the entity itself serves. */
export function adviceForFetch({ code }: FetchError, otherwise: string): string {
  return code === 'not_found' ? otherwise : (advice[code] ?? otherwise)
}
