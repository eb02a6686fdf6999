/** The export of an anchor under test, by the parts of inmor-export, and mirrors of it. */
import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Jwk } from '#core/keys.ts'
import { createRecord } from '#federation/export/record.ts'
import { openFolder } from '#federation/files/folder.ts'
import { CONFIGURATION_FILE } from '#federation/files/place.ts'
import { readKeyDirectory } from '#store/key-directory.ts'
import { redisKeys } from '#store/keys.ts'
import type { TestAdmin } from '#test/helpers/admin.ts'
import { publishExport } from '../../federation/export/exported.ts'
import { forgeSource, openMirror, serveFolder } from '../../federation/mirror/mirrored.ts'

const seconds = () => Math.floor(Date.now() / 1000)

/** Has the Entity Configuration. `age`: seconds for which its clock is behind. */
export async function openExport({ entityId, config, redis, get }: TestAdmin) {
  const path = join(tmpdir(), `export-${randomUUID()}`)
  const folder = openFolder(path)
  folder.prepare()
  const { signer } = await readKeyDirectory(config.keysDirectory)
  const clock = { age: 0 }
  const record = createRecord({
    entityId,
    folder,
    redis: redis.client,
    keys: redisKeys(),
    signer: async () => signer,
    now: () => seconds() - clock.age,
  })
  const response = await get('/.well-known/openid-federation')
  const configuration = Buffer.from(await response.arrayBuffer())
  folder.put(CONFIGURATION_FILE, configuration)
  record.note(CONFIGURATION_FILE, configuration)
  const server = await serveFolder(path)
  return {
    url: server.url,
    /** Signs the next manifest, at this age in seconds. */
    async publish(age = 0) {
      clock.age = age
      await publishExport({ record })
    },
    async close() {
      await server.close()
      await rm(path, { recursive: true })
    },
  }
}

/** Pulled once from a source, and served at a URL. */
export async function openServedMirror(source: string) {
  const mirror = await openMirror(source)
  await mirror.pull()
  const server = await serveFolder(mirror.path)
  return {
    url: server.url,
    pull: () => mirror.pull(),
    stop: () => server.close(),
    async close() {
      await server.close()
      await mirror.close()
    },
  }
}

export async function readPrivateKey({ config }: TestAdmin): Promise<Jwk> {
  return JSON.parse(await readFile(join(config.keysDirectory, 'private.json'), 'utf8')) as Jwk // of the key directory
}

/** A mirror with other files, and a manifest that the anchor's own key signs; or another key and issuer. */
export async function openForgery({ entityId }: TestAdmin, key: Jwk) {
  const source = await forgeSource(key)
  return {
    url: source.url,
    close: source.close,
    remove: source.remove,
    async sign(changes: { number?: number; at?: number; key?: Jwk; issuer?: string } = {}, text = 'forged') {
      return source.sign({ [CONFIGURATION_FILE]: text }, { issuer: entityId, ...changes })
    },
  }
}
