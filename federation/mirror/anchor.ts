/** Whose files a mirror takes: the anchor of an Entity Configuration, whose keys sign everything else. */
import { parseEntityStatement, verifyEntityConfiguration } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { type JwkSet, parseJwkSet } from '#core/keys.ts'
import type { Clock } from '#core/validity.ts'
import type { Folder } from '../files/folder.ts'
import { CONFIGURATION_FILE, isExported, isProof, WITHDRAWN_FILE } from '../files/place.ts'
import { RefusedError, UnknownKeysError } from './refusal.ts'

export type Anchor = { entityId: string; keys: JwkSet }

/** What is kept of an Entity Configuration. */
type Known = { sub: string; jwks: JwkSet }

type Options = Clock & {
  /** What was taken before; null: nothing. */
  before: Known | null
  /** Keys that the operator trusts, instead of those of the first Entity Configuration. */
  pinned: JwkSet | null
}

/**
 * The first Entity Configuration is trusted as it comes, unless keys are pinned. Each later one is signed with a key of the one
 * before, as a change of keys that was announced is (§11.2).
 * @throws RefusedError
 */
export async function readAnchor(jwt: string, { before, pinned, ...clock }: Options): Promise<Anchor> {
  try {
    const { claims } = parseEntityStatement(jwt, { allowHttp: true })
    if (before && before.sub !== claims.sub) {
      throw new RefusedError(`The folder is a mirror of ${before.sub}, and the source is of ${claims.sub}.`)
    }
    const keys = pinned ?? before?.jwks ?? claims.jwks
    await verifyEntityConfiguration(jwt, { ...clock, entityId: claims.sub, keys, allowHttp: true })
    return { entityId: claims.sub, keys: claims.jwks }
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    const Refusal = error.detail.check === 'signature' ? UnknownKeysError : RefusedError
    throw new Refusal(`The Entity Configuration of the source cannot be trusted: ${error.message}`)
  }
}

/** Of what was taken before; null: nothing was. @throws FederationError if another program changed it */
export function readKnown(folder: Folder): Known | null {
  const configuration = folder.read(CONFIGURATION_FILE)
  if (configuration) return parseEntityStatement(configuration.toString(), { allowHttp: true }).claims
  const withdrawn = folder.read(WITHDRAWN_FILE)
  if (!withdrawn) return null
  const { sub, jwks }: { sub: string; jwks: unknown } = JSON.parse(withdrawn.toString()) // as it is written below
  return { sub, jwks: parseJwkSet(jwks) }
}

/** Removes all files, and remembers the keys, so that no others are trusted as the first. */
export async function withdraw(folder: Folder, known: Known): Promise<void> {
  const { sub, jwks } = known
  folder.put(WITHDRAWN_FILE, Buffer.from(JSON.stringify({ sub, jwks })))
  for await (const path of folder.paths()) if (isExported(path) || isProof(path)) folder.remove(path)
}
