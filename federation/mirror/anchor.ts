/** Whose files a mirror takes: the anchor of an Entity Configuration, whose keys sign everything else. */
import { parseEntityStatement, verifyEntityConfiguration } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import type { JwkSet } from '#core/keys.ts'
import type { Clock } from '#core/validity.ts'
import { RefusedError } from './refusal.ts'

export type Anchor = { entityId: string; keys: JwkSet }

type Options = Clock & {
  /** The Entity Configuration that was taken before; null: none. */
  earlier: string | null
  /** Keys that the operator trusts, instead of those of the first Entity Configuration. */
  pinned: JwkSet | null
}

/**
 * The first Entity Configuration is trusted as it comes, unless keys are pinned. Each later one is signed with a key of the one
 * before, as a change of keys that was announced is (§11.2).
 * @throws RefusedError
 */
export async function readAnchor(jwt: string, { earlier, pinned, ...clock }: Options): Promise<Anchor> {
  try {
    const { claims } = parseEntityStatement(jwt, { allowHttp: true })
    const before = earlier === null ? null : parseEntityStatement(earlier, { allowHttp: true }).claims
    if (before && before.sub !== claims.sub) {
      throw new RefusedError(`The folder is a mirror of ${before.sub}, and the source is of ${claims.sub}.`)
    }
    const keys = pinned ?? before?.jwks ?? claims.jwks
    await verifyEntityConfiguration(jwt, { ...clock, entityId: claims.sub, keys, allowHttp: true })
    return { entityId: claims.sub, keys: claims.jwks }
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    throw new RefusedError(
      `The Entity Configuration of the source is not one of the known keys: ${error.message}`,
    )
  }
}
