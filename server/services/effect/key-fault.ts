/** Verifies the stored configuration of a member with the keys that our statement about it lists (§10.2). */
import { type EntityStatement, parseEntityStatement } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { isJsonEqual } from '#core/json.ts'
import { verifySignature } from '#core/jws.ts'
import { explainUnusable, type JwkSet } from '#core/keys.ts'
import { vouchFor } from '#server/publish/published-keys.ts'
import type { ChainFault } from '#server/services/entity/chain-fault.ts'

type Clock = { anchor: string; now: number }

/** `now` in unix seconds. A key that is listed as declared was verified when the configuration was stored. */
export async function findKeyFault(
  entityConfiguration: string,
  jwks: JwkSet,
  { anchor, now }: Clock,
): Promise<ChainFault | null> {
  try {
    const { keys } = vouchFor(jwks, { now, until: Infinity })
    if (!listsDeclaredKey(entityConfiguration, keys, now))
      await verifySignature(parse(entityConfiguration), keys, { now })
    return null
  } catch (error) {
    if (error instanceof FederationError) return toKeyFault(anchor, error.message)
    throw error
  }
}

/** The same by the names of the keys alone. */
export function findMissingKey(entityConfiguration: string, kids: readonly string[], anchor: string) {
  const kid = signingKeyOf(entityConfiguration)
  if (kid === undefined || kids.includes(kid)) return null
  return toKeyFault(anchor, `The JWT is signed with the key "${kid}", which is not one of its issuer's keys.`)
}

const toKeyFault = (anchor: string, finding: string): ChainFault => ({
  name: 'KEYS',
  message: `With the keys in the statement of ${anchor}: ${finding}`,
  path: ['jwks'],
})

function listsDeclaredKey(entityConfiguration: string, { keys }: JwkSet, now: number): boolean {
  const kid = signingKeyOf(entityConfiguration)
  const listed = keys.find((key) => key.kid === kid)
  const declared = ownKeys(entityConfiguration)?.keys.find((key) => key.kid === kid)
  if (!listed || !declared) return false
  return isJsonEqual(listed, declared) && explainUnusable(listed, { now }) === null
}

function signingKeyOf(jwt: string): string | undefined {
  try {
    return JSON.parse(Buffer.from(jwt.slice(0, jwt.indexOf('.')), 'base64url').toString()).kid
  } catch {
    return undefined // its parser says what is wrong
  }
}

/** The keys that a stored configuration declares; null if it cannot be decoded. */
export function ownKeys(entityConfiguration: string): JwkSet | null {
  try {
    const [, claims = ''] = entityConfiguration.split('.')
    return JSON.parse(Buffer.from(claims, 'base64url').toString()).jwks // parsed when it was stored
  } catch {
    return null
  }
}

const parse = (jwt: string): EntityStatement => parseEntityStatement(jwt, { allowHttp: true })
