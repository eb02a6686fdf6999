/**
 * The points that tests prove: requirements of the specification, results of mutations, faults, commands of the
 * documents. A test names its points as tags, a table of tests by row (test/helpers/rows.ts).
 */
import { readFileSync } from 'node:fs'
import { buildSchema, type GraphQLField, getNullableType, isUnionType } from 'graphql'
import { faults } from './faults.ts'
import { chapters, type RequirementId } from './requirements/index.ts'
import type { NotOurs } from './requirements/requirement.ts'

/** Commands in fences of README.md that start the product, which commands.test.ts does not run. */
export const startCommands = {
  'command/start': 'npm start',
  'command/demo': 'npm run demo',
  'command/dev': 'npm run dev',
} as const

export type Point =
  | RequirementId
  | keyof typeof faults
  | keyof typeof startCommands
  | `mutation/${string}/${'success' | 'audit' | `${string}Error`}`

declare module 'vitest' {
  interface TestTags {
    points: Point
  }
}

/** All points, each with a description. */
export function points(): Map<Point, string> {
  const requirements = Object.values(chapters).flatMap((chapter) => Object.entries<string | NotOurs>(chapter))
  const ours = requirements.filter(([, requirement]) => typeof requirement === 'string')
  const entries = [...ours, ...mutationPoints(), ...Object.entries(faults), ...Object.entries(startCommands)]
  return new Map(entries as [Point, string][]) // the entries of an object have forgotten its keys
}

/** Every mutation succeeds, fails with each error that its result can be, and has an entry in the audit log. */
function mutationPoints(): [point: string, description: string][] {
  const schema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'))
  return Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap((mutation) =>
    ['success', ...errorsOf(mutation), 'audit'].map((outcome): [string, string] => [
      `mutation/${mutation.name}/${outcome}`,
      `${mutation.name}: ${outcome}`,
    ]),
  )
}

function errorsOf({ type }: GraphQLField<unknown, unknown>): string[] {
  const result = getNullableType(type)
  const members = isUnionType(result) ? result.getTypes().map(({ name }) => name) : []
  return members.filter((name) => name.endsWith('Error'))
}

/** What is known of a test: its points and how it ended. */
export type Evidence = { tags: readonly string[]; state: string }

/** The points that no test names, and those whose tests all ended otherwise than `passed`. */
export function unproved(evidence: readonly Evidence[]): { untested: Point[]; notPassed: Point[] } {
  const named = new Set<string>(evidence.flatMap(({ tags }) => tags))
  const passed = new Set<string>(
    evidence.filter(({ state }) => state === 'passed').flatMap(({ tags }) => tags),
  )
  const missing = [...points().keys()].filter((point) => !passed.has(point))
  return {
    untested: missing.filter((point) => !named.has(point)),
    notPassed: missing.filter((point) => named.has(point)),
  }
}

const kinds = ['mutation', 'fault', 'command']
const kindOf = (point: string) => kinds.find((kind) => point.startsWith(`${kind}/`)) ?? 'requirement'

/** One line with the number of points of each kind that passed tests prove, of all, and of the tests that name them. */
export function pointCounts(evidence: readonly Evidence[]): string {
  const all = [...points().keys()]
  const { untested, notPassed } = unproved(evidence)
  const missing = new Set<Point>([...untested, ...notPassed])
  const counts = ['requirement', ...kinds].map((kind) => {
    const of = all.filter((point) => kindOf(point) === kind)
    return `${of.filter((point) => !missing.has(point)).length} of ${of.length} of kind ${kind}`
  })
  const naming = evidence.filter(({ tags }) => tags.length > 0)
  return `proved: ${counts.join(', ')}; ${naming.length} tests name ${naming.flatMap(({ tags }) => tags).length}`
}
