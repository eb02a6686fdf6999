/** Looks at a mirror: fetches its manifest, verifies it with the keys of this anchor, and compares it with what was signed. */
import { FederationError } from '#core/errors.ts'
import { verifySignature } from '#core/jws.ts'
import type { JwkSet } from '#core/keys.ts'
import { type Manifest, parseManifest } from '#federation/files/manifest.ts'
import { MANIFEST_FILE } from '#federation/files/place.ts'
import { openUrlSource } from '#federation/mirror/source.ts'
import { FetchError } from '#fetcher/fetch-error.ts'
import { toUnix } from '#server/clock.ts'
import { UnavailableError } from '#server/error/operation-error.ts'
import { readExportedFiles } from '#server/publish/exported-files.ts'
import type { PublishingDeps } from '#server/services/context.ts'
import { type Judgement, judge, type Signed } from '#server/services/mirror/state.ts'
import { type KeySets, verificationKeys } from '#store/key-directory.ts'
import { readSignedRoots } from '#store/manifests.ts'

/** `manifest`: that of a mirror of this anchor. `isSigned`: this installation has signed it. */
export type Look = Judgement & { manifest: Manifest | null; isSigned: boolean }

type Context = Pick<PublishingDeps, 'fetcher' | 'entityId' | 'signingKeys' | 'publishing' | 'now'>

/** @throws the reason of the signal, UnavailableError without Redis or keys */
export async function lookAt(url: string, context: Context, signal?: AbortSignal): Promise<Look> {
  const { fetcher, entityId, signingKeys, publishing, now } = context
  const keys = keysOf(signingKeys.current())
  try {
    const source = openUrlSource({ file: (file) => fetcher.file(file, { signal }) }, url)
    const jwt = await source.file(MANIFEST_FILE)
    if (!jwt) return without('UNREACHABLE', `${source.name}/${MANIFEST_FILE} does not exist. Is it a mirror?`)
    const manifest = await verify(jwt.toString(), entityId, keys)
    // After the manifest: what a mirror has was remembered before.
    const signed = await readSigned(publishing, manifest.number)
    const isSigned = signed.roots.includes(manifest.root.hash)
    return { ...judge(manifest, signed, toUnix(now())), manifest, isSigned }
  } catch (error) {
    if (error instanceof FetchError) return without('UNREACHABLE', error.message)
    if (error instanceof FederationError) return without('FOREIGN', error.message)
    throw error
  }
}

const without = (state: Look['state'], problem: string): Look => ({
  state,
  problem,
  manifest: null,
  isSigned: false,
})

/** The server for answers signs manifests too, and a mirror that stands still has one of a key that was retired since. */
const keysOf = (keys: KeySets): JwkSet => ({ keys: [...keys.published.keys, ...verificationKeys(keys).keys] })

/** @throws FederationError unless this anchor signed it with a key that it used then */
async function verify(jwt: string, entityId: string, keys: JwkSet): Promise<Manifest> {
  const { parsed, claims } = parseManifest(jwt)
  if (claims.iss !== entityId)
    throw new FederationError('invalid_request', `Its manifest is of ${claims.iss}, another anchor.`)
  await verifySignature(parsed, keys, { now: claims.iat })
  return claims
}

/** @throws UnavailableError */
async function readSigned({ redis, keys }: Context['publishing'], number: number): Promise<Signed> {
  const [roots, manifest] = await Promise.all([
    readSignedRoots(redis, keys.manifestRoots, number),
    redis.get(keys.manifest),
  ]).catch(() => {
    throw new UnavailableError('Redis cannot be reached, so a mirror cannot be compared. Try again later.')
  })
  const files = readExportedFiles(manifest)
  return { ...roots, last: files && toUnix(files.signedAt) }
}
