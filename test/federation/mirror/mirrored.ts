/** An exported folder that is served over HTTP, and a mirror of it. */
import { randomUUID } from 'node:crypto'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buildEntityConfiguration, ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { signJwt } from '#core/jws.ts'
import { type Jwk, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { RESOLVE_RESPONSE_TYP } from '#core/resolve-response.ts'
import { openFolder } from '#federation/files/folder.ts'
import { buildManifest, MANIFEST_TYP } from '#federation/files/manifest.ts'
import { computeHash, type FileEntry } from '#federation/files/node.ts'
import { openObjects } from '#federation/files/objects.ts'
import { isUnsigned, MANIFEST_FILE, objectFile } from '#federation/files/place.ts'
import { changeTree } from '#federation/files/tree.ts'
import { pullWhole } from '#federation/mirror/keep.ts'
import type { Mirror } from '#federation/mirror/pull.ts'
import { buildMirrorApp } from '#federation/mirror/serve.ts'
import { openTarget, openUrlSource, type Source } from '#federation/mirror/source.ts'
import { createFetcher } from '#fetcher/fetcher.ts'
import { entityId } from '../trust-anchor.ts'

const now = () => Math.floor(Date.now() / 1000)

export async function serveFolder(path: string) {
  const app = buildMirrorApp(openFolder(path))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return { url, close: () => app.close() }
}

/** Files that a test writes, with a manifest that it signs. */
export async function forgeSource(key: Jwk, from?: string) {
  const path = join(tmpdir(), `source-${randomUUID()}`)
  await mkdir(path)
  if (from !== undefined) await cp(from, path, { recursive: true })
  const server = await serveFolder(path)
  const folder = openFolder(path)
  const objects = openObjects(folder)
  return {
    url: server.url,
    path,
    async write(file: string, text: string) {
      await mkdir(dirname(join(path, file)), { recursive: true })
      await writeFile(join(path, file), text)
    },
    remove: (file: string) => rm(join(path, file)),
    /** The manifest of files with these texts. */
    async sign(
      files: Record<string, string>,
      changes: { number?: number; at?: number; key?: Jwk; issuer?: string } = {},
    ) {
      const { number = now(), at = now(), issuer = entityId } = changes
      const entries = Object.entries(files).map(([file, text]): [string, FileEntry] => [
        file,
        [computeHash(text), null],
      ])
      for (const [file, text] of Object.entries(files)) {
        if (isUnsigned(file)) folder.put(objectFile(computeHash(text)), Buffer.from(text))
      }
      const root = changeTree(objects, null, new Map(entries))
      const claims = buildManifest({
        issuer,
        now: at,
        number,
        root,
        until: { files: at * 1000, lists: at * 1000 },
      })
      folder.put(
        MANIFEST_FILE,
        Buffer.from(await signJwt(claims, { key: changes.key ?? key, typ: MANIFEST_TYP })),
      )
      return claims
    },
    async close() {
      await server.close()
      await rm(path, { recursive: true })
    },
  }
}

/** `ahead`: seconds of its clock. */
export async function openMirror(
  from: string | Source,
  options: { path?: string; pinned?: JwkSet; ahead?: number } = {},
) {
  const { path = join(tmpdir(), `mirror-${randomUUID()}`), pinned = null, ahead = 0 } = options
  const fetcher = createFetcher({ allowHttp: true })
  const mirror: Mirror = {
    source: typeof from === 'string' ? openUrlSource(fetcher, from) : from,
    target: openTarget(path),
    pinned,
    now: () => now() + ahead,
    signal: new AbortController().signal,
  }
  return {
    path,
    pull: ({ isWhole = true } = {}) => pullWhole(mirror, { isWhole, pause: 10 }),
    async close() {
      await fetcher.close()
      await rm(path, { recursive: true, force: true })
    },
  }
}

/** A response of the anchor without a chain. */
export const signResponse = (sub: string, key: Jwk) =>
  signJwt(
    { iss: entityId, sub, iat: now(), exp: now() + 600, metadata: {}, trust_chain: [] },
    { key, typ: RESOLVE_RESPONSE_TYP },
  )

/** An Entity Configuration of the anchor with these keys. */
export function signConfiguration(keys: [Jwk, ...Jwk[]], signer = keys[0]): Promise<string> {
  const times = { iat: now(), exp: now() + 3600 }
  const jwks = { keys: keys.map((key) => toPublicJwk(key)) }
  const claims = buildEntityConfiguration({
    entityId,
    ...times,
    keys: jwks,
    metadata: { federation_entity: {} },
  })
  return signJwt(claims, { key: signer, typ: ENTITY_STATEMENT_TYP })
}
