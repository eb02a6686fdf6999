/** Judges the manifest of a mirror by what this installation has signed. */
import { formatTime } from '#core/validity.ts'
import type { Manifest } from '#federation/files/manifest.ts'
import type { SignedRoots } from '#store/manifests.ts'

export type MirrorState = 'CURRENT' | 'BEHIND' | 'UNREACHABLE' | 'DIFFERS' | 'FOREIGN'

/** A mirror in one of these has shown what it must not have. That it cannot be reached later does not undo it. */
const proven: readonly string[] = ['DIFFERS', 'FOREIGN'] satisfies MirrorState[]

export const isProven = ({ state }: { state: string }): boolean => proven.includes(state)

/** Seconds that a mirror may be behind: it looks every 15 seconds, and its source may be a mirror too. */
const PATIENCE = 300

export type Judgement = {
  state: MirrorState
  /** Why it is not current, as a sentence. */
  problem: string | null
}

/** What this installation has signed. `last`: the `iat` of its last manifest; null: it has none. */
export type Signed = SignedRoots & { last: number | null }

/** `now`: unix seconds. The manifest is of this anchor. */
export function judge(
  manifest: Pick<Manifest, 'number' | 'root' | 'iat'>,
  signed: Signed,
  now: number,
): Judgement {
  const fork = findFork(manifest, signed)
  if (fork) return { state: 'DIFFERS', problem: fork }
  const behind = (signed.last ?? now) - manifest.iat
  if (behind <= PATIENCE) return { state: 'CURRENT', problem: null }
  const minutes = Math.floor(behind / 60)
  const problem = `Its files are those of ${formatTime(manifest.iat)}, ${minutes} minutes behind.`
  return { state: 'BEHIND', problem }
}

/** Why the manifest is none of those that this installation signed; null: it is one of them, or too old to tell. */
function findFork({ number, root }: Pick<Manifest, 'number' | 'root'>, signed: Signed): string | null {
  const { roots, oldest, newest } = signed
  if (roots.includes(root.hash) || oldest === null || newest === null || number < oldest) return null
  if (roots.length > 0)
    return `It has other files than this installation signed for the manifest ${number}: not everyone gets the same.`
  const other = 'Another exporter signs with the keys of this anchor.'
  if (number > newest)
    return `Its manifest has the number ${number}, and this installation has signed none after ${newest}. ${other}`
  return `Its manifest has the number ${number}, which this installation has not signed. ${other}`
}
