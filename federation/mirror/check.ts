/** Checks that a file has what its name says, signed by the anchor. A mirror keeps nothing else. */
import { ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { HISTORICAL_KEYS_TYP } from '#core/historical-keys.ts'
import { verifyJwt } from '#core/jws.ts'
import { RESOLVE_RESPONSE_TYP } from '#core/resolve-response.ts'
import { STATUS_LIST_TYP, statusListUri } from '#core/status-list.ts'
import { TRUST_MARK_TYP } from '#core/trust-mark/index.ts'
import { CONFIGURATION_FILE, folders, HISTORICAL_KEYS_FILE, readPath } from '../files/place.ts'
import type { Anchor } from './anchor.ts'
import { RefusedError } from './refusal.ts'

type Expected = { typ: string; claims: Record<string, string> }

/** What the JWT of a path has; null: it is a list, and has no signature. */
function expect(path: string, { entityId: iss }: Anchor): Expected | null {
  if (path === CONFIGURATION_FILE) return { typ: ENTITY_STATEMENT_TYP, claims: { iss, sub: iss } }
  if (path === HISTORICAL_KEYS_FILE) return { typ: HISTORICAL_KEYS_TYP, claims: { iss } }
  const about = readPath(path)
  if (!about || about.folder === folders.trustMarkList) return null
  if (about.folder === folders.statusList) {
    return { typ: STATUS_LIST_TYP, claims: { iss, sub: statusListUri(iss, about.number) } }
  }
  const { folder, sub } = about
  if (folder === folders.trustMark)
    return { typ: TRUST_MARK_TYP, claims: { iss, sub, trust_mark_type: about.type } }
  return { typ: folder === folders.fetch ? ENTITY_STATEMENT_TYP : RESOLVE_RESPONSE_TYP, claims: { iss, sub } }
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
