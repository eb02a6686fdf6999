/** Builds the endpoint parameters of our federation_entity metadata (§5.1.1, §8.8.1). */
import {
  buildEndpointUrl,
  type EndpointAuthMethods,
  endpointNames,
  endpoints,
  getAuthMethodsParameter,
  getEndpointParameter,
} from '#core/endpoint.ts'

/** The signature algorithms for client authentication (§8.8.1). */
const CLIENT_ASSERTION_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512']

/** The endpoint parameters; those of authentication only where it is not the default, `["none"]`. */
export function endpointMetadata(
  entityId: string,
  advertised: readonly string[],
  authMethods: EndpointAuthMethods,
): Record<string, unknown> {
  const metadata: Record<string, unknown> = {}
  for (const name of endpointNames) {
    if (endpoints[name].advertised !== 'always' && !advertised.includes(name)) continue
    metadata[getEndpointParameter(name)] = buildEndpointUrl(entityId, name)
    const methods = authMethods[name]
    if (methods?.includes('private_key_jwt')) {
      metadata[getAuthMethodsParameter(name)] = methods
      metadata.endpoint_auth_signing_alg_values_supported = CLIENT_ASSERTION_ALGORITHMS
    }
  }
  return metadata
}
