/** What is wrong with files. The places are looked up once, for those that are shown. */
import type { Path } from '#core/path.ts'
import { locateApart } from '#server/as-code/apart.ts'
import type { NamedText } from '#server/as-code/parse-text.ts'
import { type Fault, PlanFaultsError } from '#server/plan/plan.ts'

type At = { file: NamedText; path: Path }

/** A fault without its line. `also`: the sentence ends with the place of this. */
export type Finding = At & { message: string; also?: At }

/** More would tell an operator nothing. */
const MAXIMUM_FAULTS = 100

/** @throws PlanFaultsError if there are any */
export async function refuseFaulty(findings: readonly (Finding | Fault)[]): Promise<void> {
  if (findings.length > 0) throw new PlanFaultsError(await toFaults(findings))
}

/** With the place of each. */
export async function toFaults(findings: readonly (Finding | Fault)[]): Promise<Fault[]> {
  const shown = findings.slice(0, MAXIMUM_FAULTS)
  const open = shown.filter((finding): finding is Finding => 'path' in finding)
  const lineOf = await locate(open.flatMap(({ also, ...at }) => [at, ...(also ? [also] : [])]))
  return shown.map((finding): Fault => {
    if (!('path' in finding)) return finding
    const { file, message, also } = finding
    const end = also ? ` in ${also.file.name}, line ${lineOf(also).line}.` : ''
    return { file: file.name, ...lineOf(finding), message: message + end }
  })
}

/** Each file is read once. */
async function locate(all: readonly At[]) {
  const places = new Map<NamedText, Map<Path, { line: number; column: number }>>()
  for (const [file, some] of Map.groupBy(all, (at) => at.file)) {
    const paths = some.map(({ path }) => path)
    const found = await locateApart(file, paths)
    places.set(file, new Map(paths.map((path, at) => [path, found[at] ?? { line: 1, column: 1 }])))
  }
  return ({ file, path }: At) => places.get(file)?.get(path) ?? { line: 1, column: 1 }
}
