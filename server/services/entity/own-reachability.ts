/** Finds whether the address of an anchor reaches its federation server, as anyone else would ask it (§9). */
import { decodeJwt } from '#core/jws.ts'
import type { JwkSet } from '#core/keys.ts'
import type { ServiceContext } from '#server/services/context.ts'

export type Reachability = { reachable: boolean; message: string }

const UNANSWERED = 'Check the name in DNS, the certificate, and the proxy.'

export async function findReachability({
  entityId,
  fetcher,
  signingKeys,
}: Pick<ServiceContext, 'entityId' | 'fetcher' | 'signingKeys'>): Promise<Reachability> {
  let jwt: string
  try {
    jwt = await fetcher.entityConfiguration(entityId)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { reachable: false, message: `${reason} ${UNANSWERED}` }
  }
  const { iss, jwks } = decodeJwt(jwt).claims as { iss?: unknown; jwks?: Partial<JwkSet> } // unverified
  if (iss !== entityId)
    return { reachable: false, message: `The address answers for ${JSON.stringify(iss)}. Check the proxy.` }
  const { kid } = signingKeys.current().signer
  if (!jwks?.keys?.some((key) => key.kid === kid))
    return {
      reachable: false,
      message: `The address answers with other keys: ${kid} is missing. Check the proxy.`,
    }
  return { reachable: true, message: 'The address answers with the published Entity Configuration.' }
}
