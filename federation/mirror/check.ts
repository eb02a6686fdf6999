/** Checks that a file has what its name says, signed by the anchor. A mirror keeps nothing else. */
import { ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { HISTORICAL_KEYS_TYP } from '#core/historical-keys.ts'
import { verifyJwt } from '#core/jws.ts'
import { TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import { CONFIGURATION_FILE, HISTORICAL_KEYS_FILE, readPath } from '../files/place.ts'
import type { Anchor } from './anchor.ts'
import { RefusedError } from './refusal.ts'

type Expected = { typ: string; claims: Record<string, string> }

/** What the JWT of a path has; null: it is a list, and has no signature. */
function expect(path: string, { entityId: iss }: Anchor): Expected | null {
  if (path === CONFIGURATION_FILE) return { typ: ENTITY_STATEMENT_TYP, claims: { iss, sub: iss } }
  if (path === HISTORICAL_KEYS_FILE) return { typ: HISTORICAL_KEYS_TYP, claims: { iss } }
  const about = readPath(path)
  if (!about || !('sub' in about)) return null
  const { sub } = about
  if (!('type' in about)) return { typ: ENTITY_STATEMENT_TYP, claims: { iss, sub } }
  return { typ: TRUST_MARK_TYP, claims: { iss, sub, trust_mark_type: about.type } }
}

/**
 * An end that has passed is no reason: the manifest names the file until the anchor removes it. A list has no signature, and the
 * manifest has its hash.
 * @throws RefusedError
 */
export async function checkFile(path: string, body: Buffer, anchor: Anchor): Promise<void> {
  const expected = expect(path, anchor)
  if (!expected) return
  try {
    const { claims } = await verifyJwt(body.toString(), { typ: expected.typ, keys: anchor.keys, at: null })
    for (const [name, value] of Object.entries(expected.claims)) {
      if (claims[name] === value) continue
      throw new RefusedError(`The file ${path} has another ${name} than its name says.`)
    }
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    throw new RefusedError(`The file ${path} is not as the anchor signs: ${error.message}`)
  }
}
