/** Metadata, and what a Federation Entity says of its endpoints (§5). */
import { notOurs } from './requirement.ts'

export const entityMetadata = {
  '5/objects': 'What stands under an Entity Type is a JSON object, which may be empty.',
  '5/no-null': 'No metadata parameter is null.',
  '5.1.1/endpoint-url': 'The URL of a federation endpoint is https and has no fragment; it may have a query.',
  '5.1.1/endpoint-query': 'Request parameters are added to a query that the URL of an endpoint has already.',
  '5.1.1/fetch-endpoint': 'A Trust Anchor and an Intermediate publish federation_fetch_endpoint.',
  '5.1.1/list-endpoint': 'A Trust Anchor and an Intermediate publish federation_list_endpoint.',
  '5.1.1/leaf': notOurs('A Leaf publishes neither fetch nor list endpoint.', 'This is a Trust Anchor.'),
  '5.1.1/auth-alg': 'endpoint_auth_signing_alg_values_supported does not list none.',
  '5.1.3/issuer':
    'issuer of an OpenID Provider and of an authorization server is the Entity Identifier (§5.1.4).',
  '5.2.1/no-jwks': 'jwks, jwks_uri and signed_jwks_uri do not stand in federation_entity.',
  '5.2.1/signed-jwks': notOurs(
    'What signed_jwks_uri leads to is a JWT of the typ jwk-set+jwt with kid, keys, iss and sub.',
    'Keys for other protocols are read by those who speak these protocols; here they only pass through.',
  ),
  '5.2.1.1/agreement': notOurs(
    'jwks, jwks_uri and signed_jwks_uri are made to agree in time, and name the use of keys of both uses.',
    'They are published by protocol entities about themselves.',
  ),
  '8.1/location':
    'The location of the fetch endpoint stands in the Entity Configuration itself; no Superior supplies it.',
  '8.4/location':
    'The location of the status endpoint stands in the Entity Configuration itself; no Superior supplies it.',
  '8.2/location': 'The location of the list endpoint stands in the Entity Configuration itself.',
} as const
