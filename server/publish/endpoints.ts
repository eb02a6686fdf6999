/** Builds the endpoint parameters of our federation_entity metadata (§5.1.1, §8.8.1). */
import { algorithms } from '#core/algorithm.ts'
import {
  buildEndpointUrl,
  type EndpointAuthMethods,
  endpointNames,
  endpoints,
  getAuthMethodsParameter,
  getEndpointParameter,
} from '#core/endpoint.ts'

/** The signature algorithms for client authentication (§8.8.1). */
const clientAssertionAlgorithms = algorithms.map(({ alg }) => alg)

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
      metadata.endpoint_auth_signing_alg_values_supported = clientAssertionAlgorithms
    }
  }
  return metadata
}
