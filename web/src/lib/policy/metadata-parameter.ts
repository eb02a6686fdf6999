/** The common metadata parameters with their JSON types (§5.1, §5.2 and their registries). */
import type { ValueKind } from '#lib/form/value-kind.ts'

type Parameters = Readonly<Record<string, ValueKind>>

/** For every Entity Type (§5.2). */
const informational: Parameters = {
  display_name: 'text',
  organization_name: 'text',
  description: 'text',
  keywords: 'list',
  contacts: 'list',
  logo_uri: 'text',
  policy_uri: 'text',
  information_uri: 'text',
  organization_uri: 'text',
}

const keys: Parameters = { jwks_uri: 'text', signed_jwks_uri: 'text', jwks: 'json' }

const client: Parameters = {
  client_name: 'text',
  client_registration_types: 'list',
  redirect_uris: 'list',
  grant_types: 'list',
  response_types: 'list',
  scope: 'text',
  token_endpoint_auth_method: 'text',
  token_endpoint_auth_signing_alg: 'text',
  client_uri: 'text',
  tos_uri: 'text',
  ...keys,
}

const authorizationServer: Parameters = {
  issuer: 'text',
  scopes_supported: 'list',
  response_types_supported: 'list',
  response_modes_supported: 'list',
  grant_types_supported: 'list',
  token_endpoint_auth_methods_supported: 'list',
  token_endpoint_auth_signing_alg_values_supported: 'list',
  code_challenge_methods_supported: 'list',
  authorization_endpoint: 'text',
  token_endpoint: 'text',
  ...keys,
}

const byType: Readonly<Record<string, Parameters>> = {
  openid_provider: {
    ...authorizationServer,
    client_registration_types_supported: 'list',
    subject_types_supported: 'list',
    id_token_signing_alg_values_supported: 'list',
    userinfo_signing_alg_values_supported: 'list',
    request_object_signing_alg_values_supported: 'list',
    acr_values_supported: 'list',
    claims_supported: 'list',
    federation_registration_endpoint: 'text',
    request_parameter_supported: 'flag',
    require_signed_request_object: 'flag',
  },
  openid_relying_party: {
    ...client,
    application_type: 'text',
    subject_type: 'text',
    id_token_signed_response_alg: 'text',
    id_token_encrypted_response_alg: 'text',
    userinfo_signed_response_alg: 'text',
    request_object_signing_alg: 'text',
    default_acr_values: 'list',
    default_max_age: 'number',
    require_auth_time: 'flag',
  },
  oauth_authorization_server: authorizationServer,
  oauth_client: client,
  oauth_resource: { resource: 'text', scopes_supported: 'list', bearer_methods_supported: 'list', ...keys },
  federation_entity: {},
}

const parametersOf = (entityType: string): Parameters => ({ ...byType[entityType], ...informational })

/** The suggestions for an Entity Type; users can type others. */
export const parameterNames = (entityType: string) => Object.keys(parametersOf(entityType))

export const parameterKind = (entityType: string, parameter: string): ValueKind => {
  const parameters = parametersOf(entityType)
  return Object.hasOwn(parameters, parameter) ? (parameters[parameter] ?? 'text') : 'text'
}
