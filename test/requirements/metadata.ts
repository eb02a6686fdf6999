/** Metadata, and what a Federation Entity says of its endpoints (§5). */
import { type Chapter, must, notOurs, testsIn } from './requirement.ts'

const metadata = testsIn('core/metadata')
const identifier = testsIn('core/entity-id')
const resolve = testsIn('core/trust-chain/resolve-metadata')
const collect = testsIn('core/trust-chain/collect')
const endpoint = testsIn('core/trust-chain/fetch-endpoint')
const journey = testsIn('product/journey')

const namesEndpoints =
  'the Entity Configuration is self-signed with the published key and names the endpoints (§3, §5.1.1)'
const URLS = 'refuses %s'

export const entityMetadata: Chapter = {
  title: 'Metadata (§5)',
  requirements: [
    must(
      '5',
      'What stands under an Entity Type is a JSON object, which may be empty.',
      metadata('refuses %s', 'an Entity Type that is no object', 'an Entity Type that is null'),
      metadata('accepts any Entity Type, also an empty one'),
    ),
    must('5', 'No metadata parameter is null.', metadata('refuses %s', 'a parameter that is null')),
    must(
      '5.1.1',
      'The URL of a federation endpoint is https and has no fragment; it may have a query.',
      identifier(URLS, 'https://a.example/fetch#x', 'http://a.example/fetch'),
      identifier('may have a query'),
      collect('are reported: %s', 'a fetch endpoint is not https'),
    ),
    must(
      '5.1.1',
      'Request parameters are added to a query that the URL of an endpoint has already.',
      identifier('adds parameters to %s', 'https://a.example/fetch?x=1'),
    ),
    must(
      '5.1.1',
      'A Trust Anchor and an Intermediate publish federation_fetch_endpoint.',
      journey(namesEndpoints),
      collect('are reported: %s', 'a Superior has no fetch endpoint'),
    ),
    must(
      '5.1.1',
      'A Trust Anchor and an Intermediate publish federation_list_endpoint.',
      journey(namesEndpoints),
    ),
    notOurs('5.1.1', 'A Leaf publishes neither fetch nor list endpoint.', 'This is a Trust Anchor.'),
    must(
      '5.1.1',
      'endpoint_auth_signing_alg_values_supported does not list none.',
      testsIn('federation/routes/published-metadata')(
        'offers no algorithm to clients that cannot be verified',
      ),
    ),
    must(
      '5.1.3, 5.1.4',
      'issuer of an OpenID Provider and of an authorization server is the Entity Identifier.',
      metadata('binds the issuer of %s (§5.1.3, §5.1.4)', 'openid_provider', 'oauth_authorization_server'),
      resolve('refuses the issuer of another, also where a Superior states it (§5.1.3)'),
    ),
    must(
      '5.2.1',
      'jwks, jwks_uri and signed_jwks_uri do not stand in federation_entity.',
      metadata('refuses %s', 'jwks', 'jwks_uri', 'signed_jwks_uri'),
    ),
    notOurs(
      '5.2.1',
      'What signed_jwks_uri leads to is a JWT of the typ jwk-set+jwt with kid, keys, iss and sub.',
      'Keys for other protocols are read by those who speak these protocols; here they only pass through.',
    ),
    notOurs(
      '5.2.1.1',
      'jwks, jwks_uri and signed_jwks_uri are made to agree in time, and name the use of keys of both uses.',
      'They are published by protocol entities about themselves.',
    ),
    must(
      '8.1',
      'The location of the fetch endpoint stands in the Entity Configuration itself; no Superior supplies it.',
      endpoint('is what the Superior says of itself, whatever is said about it (§8.1)'),
    ),
    must(
      '8.4',
      'The location of the status endpoint stands in the Entity Configuration itself; no Superior supplies it.',
      testsIn('federation/routes/status-endpoint')(
        'is what the issuer says of itself, whatever its Superior says about it (§8.4)',
      ),
    ),
    must(
      '8.2',
      'The location of the list endpoint stands in the Entity Configuration itself.',
      journey(namesEndpoints),
      testsIn('federation/collection/walk')(
        'finds every entity below, however deep, and says when and from where it walked',
      ),
    ),
  ],
}
