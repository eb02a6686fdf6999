/** Finds split views: two mirrors with other files under one number, of which this installation knows nothing. */
import type { Look } from '#server/services/mirror/look.ts'

export type Looked = { url: string; look: Look }

/** A mirror whose files this installation signed is right, and the others differ from it already. */
export function findSplits(looked: readonly Looked[]): Looked[] {
  return looked.map((each) => {
    const { manifest, isSigned, state } = each.look
    if (!manifest || isSigned || state === 'DIFFERS') return each
    const { number, root } = manifest
    const other = looked.find(
      ({ look }) => look.manifest?.number === number && look.manifest.root.hash !== root.hash,
    )
    if (!other) return each
    const problem = `It has other files than ${other.url} for the manifest ${number}: not everyone gets the same.`
    return { ...each, look: { ...each.look, state: 'DIFFERS', problem } }
  })
}
