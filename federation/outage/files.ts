/**
 * Answers with the files of an export. The manifest says of what time they are, and proves each; one that was written after it proves
 * itself by its signature and time. What is older than a withdrawal of which we know is not sent.
 */
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { parseJwt, verifySignature } from '#core/jws.ts'
import type { KeySets } from '#store/key-directory.ts'
import { readPublishedJwt } from '#store/published-jwt.ts'
import { openFolder } from '../files/folder.ts'
import { type Manifest, parseManifest, TOLERANCE_MS } from '../files/manifest.ts'
import { computeHash } from '../files/node.ts'
import { openObjects } from '../files/objects.ts'
import {
  CONFIGURATION_FILE,
  isListKind,
  isOwnList,
  isUnsigned,
  kindOf,
  MANIFEST_FILE,
  mediaTypeOf,
  objectFile,
  readPath,
} from '../files/place.ts'
import { findFile } from '../files/tree.ts'
import { buildBareApp } from '../http/bare-app.ts'
import { fileRoutes } from '../routes/files.ts'
import { createTimes, type Source } from './source.ts'
import type { Withdrawals } from './withdrawals.ts'

type Options = {
  entityId: EntityId
  path: string
  keys: () => KeySets
  /** Unix seconds. */
  now: () => number
  withdrawals: Withdrawals
}

export function createFileSource({ entityId, path, keys, now, withdrawals }: Options) {
  const folder = openFolder(path)
  const objects = openObjects(folder)
  let basis: { text?: string | undefined; directory?: KeySets } = {}
  let verified: Promise<Manifest | null> = Promise.resolve(null)
  /** What was read last. */
  let state: Manifest | null = null
  const times = createTimes()
  /** Lists without what was withdrawn, by their files. */
  const selected = new Map<string, { basis: string; body: Buffer }>()

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

  async function accept(file: string, there: Buffer): Promise<Buffer> {
    const entry = state && findFile(objects, state.root, file)
    const { files, lists } = state?.written_until ?? { files: 0, lists: 0 }
    let until = (isListKind(kindOf(file)) ? lists : files) - TOLERANCE_MS
    let body: Buffer | null = there
    if (entry?.[0] !== computeHash(there)) {
      if (isUnsigned(file)) body = entry ? folder.read(objectFile(entry[0])) : null
      else until = (await readIssued(file, there, until / 1000)) * 1000
    }
    if (!body || withdrawals.lastOf(file) >= until || !hasConfiguration()) throw createUnknownError()
    times.note(until / 1000)
    return selectValid(file, body, until)
  }

  /** The second in which a file was signed that was written after the manifest, perhaps in the same second. @throws FederationError */
  async function readIssued(file: string, body: Buffer, least: number): Promise<number> {
    const parsed = parseJwt(body.toString(), { typ: mediaTypeOf(file).replace('application/', '') })
    await verifySignature(parsed, keys().published, null)
    const { iss, sub, iat } = parsed.claims
    const about = readPath(file)
    const isAbout = iss === entityId && (!about || !('sub' in about) || about.sub === sub)
    if (isAbout && typeof iat === 'number' && iat >= Math.floor(least)) return iat
    throw createUnknownError()
  }

  function selectValid(list: string, body: Buffer, until: number): Buffer {
    const latest = withdrawals.latest()
    if (latest < until || !(isOwnList(list) || readPath(list)?.folder === 'trust_mark_list')) return body
    const basis = `${computeHash(body)} ${until} ${latest}`
    const known = selected.get(list)
    if (known?.basis === basis) return known.body
    const ids = JSON.parse(body.toString()) as string[] // the manifest proves it
    const valid = ids.filter((id) => withdrawals.lastOfEntry(list, id) < until)
    const kept = { basis, body: Buffer.from(JSON.stringify(valid)) }
    selected.set(list, kept)
    return kept.body
  }

  const app = buildBareApp({})
  fileRoutes(app, folder, { accept, now })
  return {
    /** When they were certainly current, in unix seconds. */
    at: async () => (((await read())?.written_until.files ?? -Infinity) - TOLERANCE_MS) / 1000,
    async answer(url: string) {
      return (await read()) ? times.ask(app, url) : undefined
    },
    close: () => app.close(),
  } satisfies Source & { at: () => Promise<number> }
}

const createUnknownError = () =>
  new FederationError('temporarily_unavailable', 'No file is known to have the answer.')
