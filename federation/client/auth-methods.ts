/** Reads from our Entity Configuration which endpoints accept authenticated requests (§8.8.1). */
import { type EndpointName, getAuthMethodsParameter } from '#core/endpoint.ts'
import type { OwnMetadata } from './own-metadata.ts'

/** Which requests an endpoint accepts. Methods that we do not support count as absent. */
export type AuthMethods = { anonymous: boolean; authenticated: boolean }

const defaultMethods: AuthMethods = { anonymous: true, authenticated: false }

export function createAuthMethods(readMetadata: OwnMetadata): (name: EndpointName) => Promise<AuthMethods> {
  return async (name) => {
    const methods = (await readMetadata())[getAuthMethodsParameter(name)]
    if (!Array.isArray(methods)) return defaultMethods
    return { anonymous: methods.includes('none'), authenticated: methods.includes('private_key_jwt') }
  }
}
