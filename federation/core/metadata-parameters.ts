/** Lists the registered metadata parameters of each Entity Type with their JSON types (§5.1, §5.2). */
import { endpointNames, getAuthMethodsParameter, getEndpointParameter } from './endpoint.ts'

export type ParameterType = 'string' | 'url' | 'strings' | 'urls' | 'boolean' | 'number' | 'object' | 'jwks'

type Parameters = Readonly<Record<string, ParameterType>>

/** §5.2.2, for every Entity Type. */
const informational = {
  display_name: 'string',
  organization_name: 'string',
  description: 'string',
  keywords: 'strings',
  contacts: 'strings',
  logo_uri: 'url',
  policy_uri: 'url',
  information_uri: 'url',
  organization_uri: 'url',
} as const satisfies Parameters

/** §5.2.1, for every Entity Type but `federation_entity`. */
const keys = { jwks: 'jwks', jwks_uri: 'url', signed_jwks_uri: 'url' } as const satisfies Parameters

/** RFC 7591 §2 and §3.2.1. */
const oauthClient = {
  client_name: 'string',
  redirect_uris: 'urls',
  grant_types: 'strings',
  response_types: 'strings',
  scope: 'string',
  token_endpoint_auth_method: 'string',
  client_uri: 'url',
  tos_uri: 'url',
  software_id: 'string',
  software_version: 'string',
  software_statement: 'string',
  client_id: 'string',
  client_secret: 'string',
  client_id_issued_at: 'number',
  client_secret_expires_at: 'number',
} as const satisfies Parameters

/** OpenID Connect Dynamic Client Registration 1.0 §2. The registry has them for every OAuth client. */
const openidClient = {
  application_type: 'string',
  sector_identifier_uri: 'url',
  subject_type: 'string',
  id_token_signed_response_alg: 'string',
  id_token_encrypted_response_alg: 'string',
  id_token_encrypted_response_enc: 'string',
  userinfo_signed_response_alg: 'string',
  userinfo_encrypted_response_alg: 'string',
  userinfo_encrypted_response_enc: 'string',
  request_object_signing_alg: 'string',
  request_object_encryption_alg: 'string',
  request_object_encryption_enc: 'string',
  token_endpoint_auth_signing_alg: 'string',
  default_max_age: 'number',
  require_auth_time: 'boolean',
  default_acr_values: 'strings',
  initiate_login_uri: 'url',
  request_uris: 'urls',
} as const satisfies Parameters

/** RFC 8414 §2, and RFC 9101 §10.5. */
const authorizationServer = {
  issuer: 'url',
  authorization_endpoint: 'url',
  token_endpoint: 'url',
  registration_endpoint: 'url',
  scopes_supported: 'strings',
  response_types_supported: 'strings',
  response_modes_supported: 'strings',
  grant_types_supported: 'strings',
  token_endpoint_auth_methods_supported: 'strings',
  token_endpoint_auth_signing_alg_values_supported: 'strings',
  service_documentation: 'url',
  ui_locales_supported: 'strings',
  op_policy_uri: 'url',
  op_tos_uri: 'url',
  revocation_endpoint: 'url',
  revocation_endpoint_auth_methods_supported: 'strings',
  revocation_endpoint_auth_signing_alg_values_supported: 'strings',
  introspection_endpoint: 'url',
  introspection_endpoint_auth_methods_supported: 'strings',
  introspection_endpoint_auth_signing_alg_values_supported: 'strings',
  code_challenge_methods_supported: 'strings',
  signed_metadata: 'string',
  require_signed_request_object: 'boolean',
} as const satisfies Parameters

/** OpenID Connect Discovery 1.0 §3. The registry has them for every authorization server. */
const openidProvider = {
  userinfo_endpoint: 'url',
  acr_values_supported: 'strings',
  subject_types_supported: 'strings',
  id_token_signing_alg_values_supported: 'strings',
  id_token_encryption_alg_values_supported: 'strings',
  id_token_encryption_enc_values_supported: 'strings',
  userinfo_signing_alg_values_supported: 'strings',
  userinfo_encryption_alg_values_supported: 'strings',
  userinfo_encryption_enc_values_supported: 'strings',
  request_object_signing_alg_values_supported: 'strings',
  request_object_encryption_alg_values_supported: 'strings',
  request_object_encryption_enc_values_supported: 'strings',
  display_values_supported: 'strings',
  claim_types_supported: 'strings',
  claims_supported: 'strings',
  claims_locales_supported: 'strings',
  claims_parameter_supported: 'boolean',
  request_parameter_supported: 'boolean',
  request_uri_parameter_supported: 'boolean',
  require_request_uri_registration: 'boolean',
} as const satisfies Parameters

/** RFC 9728 §2. */
const protectedResource = {
  resource: 'url',
  authorization_servers: 'urls',
  scopes_supported: 'strings',
  bearer_methods_supported: 'strings',
  resource_signing_alg_values_supported: 'strings',
  resource_name: 'string',
  resource_documentation: 'url',
  resource_policy_uri: 'url',
  resource_tos_uri: 'url',
  tls_client_certificate_bound_access_tokens: 'boolean',
  authorization_details_types_supported: 'strings',
  dpop_signing_alg_values_supported: 'strings',
  dpop_bound_access_tokens_required: 'boolean',
  signed_metadata: 'string',
} as const satisfies Parameters

/** §5.1.1: each endpoint with its authentication methods. */
const federationEntity: Parameters = {
  ...Object.fromEntries(endpointNames.map((name) => [getEndpointParameter(name), 'url'])),
  ...Object.fromEntries(endpointNames.map((name) => [getAuthMethodsParameter(name), 'strings'])),
  endpoint_auth_signing_alg_values_supported: 'strings',
}

const client = { ...oauthClient, ...openidClient, ...keys, ...informational }
const server = { ...authorizationServer, ...openidProvider, ...keys, ...informational }

/** Entity Type -> parameter -> JSON type. Other Entity Types and parameters may have any value. */
export const metadataParameters: Readonly<Record<string, Parameters>> = {
  federation_entity: { ...federationEntity, ...informational },
  // §5.1.2
  openid_relying_party: { ...client, client_registration_types: 'strings' },
  // §5.1.3
  openid_provider: {
    ...server,
    client_registration_types_supported: 'strings',
    federation_registration_endpoint: 'url',
    request_authentication_methods_supported: 'object',
    request_authentication_signing_alg_values_supported: 'strings',
  },
  oauth_authorization_server: server,
  oauth_client: client,
  oauth_resource: { ...protectedResource, ...keys, ...informational },
}
