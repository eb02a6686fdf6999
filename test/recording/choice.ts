/**
 * Chooses for each file of the product the tests of a change: at least two for each function, and those that are most about
 * the file, within limits. A test is about a file as far as what it executes is in the folder of that file; a test whose
 * path has the file's noun comes first.
 */
import { basename, dirname } from 'node:path'

/** What a test file executes: in each file of the product where functions start, or which pages it opens. */
export type Recorded = {
  test: string
  /** Of processor time. */
  seconds: number
  executed: Map<string, ReadonlySet<number | string>>
}

const TESTS = 40
const SECONDS = 120
const TESTS_OF_FUNCTION = 2

type Candidate = { recorded: Recorded; focus: number; functions: ReadonlySet<number | string> }

/** @param least how many tests of each function are chosen, beyond the limits too */
export function choose(path: string, all: readonly Recorded[], least = TESTS_OF_FUNCTION): string[] {
  const candidates = all.flatMap((recorded): Candidate[] => {
    const functions = recorded.executed.get(path)
    return functions ? [{ recorded, functions, focus: focusOf(path, recorded) }] : []
  })
  candidates.sort((a, b) => b.focus - a.focus || a.recorded.seconds - b.recorded.seconds)
  const chosen = new Set<Recorded>()
  const times = new Map<number | string, number>()
  let seconds = 0
  const add = ({ recorded, functions }: Candidate) => {
    if (chosen.has(recorded)) return
    chosen.add(recorded)
    seconds += recorded.seconds
    for (const each of functions) times.set(each, (times.get(each) ?? 0) + 1)
  }
  for (const candidate of candidates)
    if ([...candidate.functions].some((each) => (times.get(each) ?? 0) < least)) add(candidate)
  for (const candidate of candidates)
    if (chosen.size < TESTS && seconds + candidate.recorded.seconds <= SECONDS) add(candidate)
  return [...chosen].map(({ test }) => test).sort()
}

const shares = new WeakMap<Recorded, Map<string, number>>()

/** From 0 to 1: the share of what a test executes that is in the file's folder; 1 more for the file's noun. */
function focusOf(path: string, recorded: Recorded): number {
  const share = folderShares(recorded).get(dirname(path)) ?? 0
  const words = recorded.test.split(/[/.]/).slice(2)
  const nouns = [basename(dirname(path)), basename(path).replace(/\..*$/, '')]
  // `trust-mark` is a word for `trust-mark-type` too.
  return share + nouns.filter((noun) => words.some((word) => `${noun}-`.startsWith(`${word}-`))).length
}

function folderShares(recorded: Recorded): Map<string, number> {
  const known = shares.get(recorded)
  if (known) return known
  const counts = new Map<string, number>()
  let total = 0
  for (const [path, functions] of recorded.executed) {
    total += functions.size
    counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + functions.size)
  }
  const found = new Map([...counts].map(([folder, count]) => [folder, count / total]))
  shares.set(recorded, found)
  return found
}
