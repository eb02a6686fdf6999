/**
 * Answers with the files of an export. The manifest says of what time they are, and proves each: a file that it does not name, or
 * that is older than a change of which we know, is not sent.
 */
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { verifySignature } from '#core/jws.ts'
import type { KeySets } from '#store/key-directory.ts'
import { readPublishedJwt } from '#store/published-jwt.ts'
import { openFolder } from '../files/folder.ts'
import { type Manifest, parseManifest } from '../files/manifest.ts'
import { computeHash } from '../files/node.ts'
import { openObjects } from '../files/objects.ts'
import { CONFIGURATION_FILE, isListKind, kindOf, MANIFEST_FILE } from '../files/place.ts'
import { findFile } from '../files/tree.ts'
import { buildBareApp } from '../http/bare-app.ts'
import { fileRoutes } from '../routes/files.ts'
import type { KnownChanges } from './known-changes.ts'
import type { Source } from './source.ts'

/** Milliseconds by which an announcement may arrive earlier here than at the exporter, or the clocks differ. */
const TOLERANCE_MS = 250

type Options = {
  entityId: EntityId
  path: string
  keys: () => KeySets
  /** Unix seconds. */
  now: () => number
  changes: KnownChanges
}

export function createFileSource({ entityId, path, keys, now, changes }: Options): Source {
  const folder = openFolder(path)
  const objects = openObjects(folder)
  let basis: { text?: string | undefined; directory?: KeySets } = {}
  let verified: Promise<Manifest | null> = Promise.resolve(null)
  /** What was read last. */
  let state: Manifest | null = null

  /** Null without a manifest that we have signed. */
  async function verify(text: string | undefined): Promise<Manifest | null> {
    if (text === undefined) return null
    try {
      const { parsed, claims } = parseManifest(text)
      await verifySignature(parsed, keys().published, null)
      return claims.iss === entityId ? claims : null
    } catch (error) {
      if (error instanceof FederationError) return null
      throw error
    }
  }

  async function read(): Promise<Manifest | null> {
    const text = readText(MANIFEST_FILE)
    const directory = keys()
    if (text !== basis.text || directory !== basis.directory) verified = verify(text)
    basis = { text, directory }
    state = await verified
    return state
  }

  function readText(file: string): string | undefined {
    try {
      return folder.read(file)?.toString()
    } catch {
      return undefined // it may not be readable
    }
  }

  /** Without a valid one, nothing of this anchor counts, and a list has no end of its own. */
  function hasConfiguration(): boolean {
    const text = readText(CONFIGURATION_FILE)
    const { expires } = text === undefined ? {} : readPublishedJwt(text)
    return expires !== undefined && expires > now()
  }

  function accept(file: string, body: Buffer): void {
    const entry = state && findFile(objects, state.root, file)
    const isProved = entry?.[0] === computeHash(body)
    const { files, lists } = state?.written_until ?? { files: 0, lists: 0 }
    const until = isListKind(kindOf(file)) ? lists : files
    const isNewer = changes.lastOf(file) + TOLERANCE_MS < until
    if (isProved && isNewer && hasConfiguration()) return
    throw new FederationError('temporarily_unavailable', 'No file is known to have the answer.')
  }

  const app = buildBareApp({})
  fileRoutes(app, folder, { accept, now })
  return {
    at: async () => (await read())?.iat ?? -Infinity,
    async answer(url) {
      const current = await read()
      const { statusCode, rawPayload, headers } = await app.inject(url)
      if (statusCode !== 200 || !current) return undefined
      return { body: rawPayload, headers, at: current.iat }
    },
    close: () => app.close(),
  }
}
