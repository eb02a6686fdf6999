/**
 * Compresses objects that were published together into bundles. Statements of one federation are alike: a bundle takes a quarter
 * of their bytes, and each alone would take three quarters of its own and ten times the processor time.
 */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'

/** Objects of a bundle, and their bytes unless it has only one: few enough that one is read fast. */
const OBJECTS = 64
const BYTES = 262_144

/** Further effort saves some percent, and takes three times as long. */
const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }

/** Where an object is in the bundle with this index. */
export type BundlePlace = { bundle: number; start: number; size: number }

export function packBundles(objects: readonly Buffer[]): { bundles: Buffer[]; places: BundlePlace[] } {
  const contents: { objects: Buffer[]; size: number }[] = []
  const places = objects.map((bytes) => {
    const last = contents.at(-1)
    const fits = last && last.objects.length < OBJECTS && last.size + bytes.length <= BYTES
    const content = fits ? last : { objects: [], size: 0 }
    if (content !== last) contents.push(content)
    const place = { bundle: contents.length - 1, start: content.size, size: bytes.length }
    content.objects.push(bytes)
    content.size += bytes.length
    return place
  })
  return { bundles: contents.map((content) => compress(Buffer.concat(content.objects))), places }
}

type Range = Pick<BundlePlace, 'start' | 'size'>

export const unpack = (bundle: Uint8Array, { start, size }: Range): Buffer =>
  brotliDecompressSync(bundle).subarray(start, start + size)

/** The bundle without the bytes of an object. The others stay in their places. */
export function erase(bundle: Uint8Array, { start, size }: Range): Buffer {
  return compress(brotliDecompressSync(bundle).fill(0, start, start + size))
}

const compress = (bytes: Buffer) => brotliCompressSync(bytes, options)
