/**
 * Compares schema.graphql with that of the last release, as a part of `npm run check`: a breaking change must be named in
 * CHANGELOG, and a deprecation must say what to use and until when it stays. With `--release` it keeps the schema of today
 * as that of the last release.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { CriticalityLevel, diff } from '@graphql-inspector/core'
import {
  buildSchema,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const released = file('released.graphql')
const current = file('../../../schema.graphql')
const changelog = file('../../../CHANGELOG.md')

/** What a release would break without saying so, one sentence each. */
export async function findBroken(before: string, now: string, changes: string): Promise<string[]> {
  const differences = await diff(buildSchema(before), buildSchema(now))
  const named = namesIn(unreleased(changes))
  return differences
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .filter(({ path }) => path === undefined || !named.has(path))
    .map(({ message, path }) => `${message}. Clients break: name \`${path}\` in CHANGELOG, or keep it.`)
}

/** Deprecations without a date, one sentence each. */
export function findUndated(text: string): string[] {
  return [...deprecationsOf(buildSchema(text))]
    .filter(([, reason]) => !/^\S.*\b20\d\d-\d\d-\d\d\b/s.test(reason))
    .map(
      ([path]) =>
        `${path} is deprecated without a date. Write what to use, and the day (2027-05-31) until which it stays.`,
    )
}

/** The release whose schema is kept must be the last one of CHANGELOG. */
export function findStale(before: string, changes: string): string[] {
  const version = lastRelease(changes)
  if (before.startsWith(headOf(version))) return []
  return [
    `released.graphql is not the schema of ${version}. Run node test/server/api/promise.ts --release at a release.`,
  ]
}

const headOf = (version: string) => `# The schema of ${version}.\n`

const lastRelease = (changes: string) => /^## \[(\d[^\]]*)\]/m.exec(changes)?.[1] ?? 'no release'

/** The changes since the last release. */
function unreleased(changes: string): string {
  return /^## \[Unreleased\]$(.*?)(?=^## \[)/ms.exec(changes)?.[1] ?? ''
}

/** What stands in backticks. */
function namesIn(text: string): Set<string> {
  return new Set([...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
}

/** Coordinates with their reasons. */
function* deprecationsOf(schema: GraphQLSchema): Generator<[coordinate: string, reason: string]> {
  for (const type of Object.values(schema.getTypeMap()))
    for (const [coordinate, { deprecationReason }] of partsOf(type))
      if (typeof deprecationReason === 'string') yield [coordinate, deprecationReason]
}

type Part = { deprecationReason?: string | null | undefined }

function* partsOf(type: GraphQLNamedType): Generator<[coordinate: string, part: Part]> {
  if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value]
  if (isInputObjectType(type))
    for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field]
  if (!isObjectType(type) && !isInterfaceType(type)) return
  for (const field of Object.values(type.getFields())) {
    yield [`${type.name}.${field.name}`, field]
    for (const argument of field.args) yield [`${type.name}.${field.name}(${argument.name}:)`, argument]
  }
}

if (import.meta.main) {
  const [now, changes] = await Promise.all([readFile(current, 'utf8'), readFile(changelog, 'utf8')])
  if (process.argv.includes('--release')) await writeFile(released, `${headOf(lastRelease(changes))}${now}`)
  const before = await readFile(released, 'utf8')
  const faults = [
    ...findStale(before, changes),
    ...(await findBroken(before, now, changes)),
    ...findUndated(now),
  ]
  process.stdout.write(`${faults.join('\n') || 'The API keeps what the last release promised.'}\n`)
  if (faults.length > 0) process.exitCode = 1
}
