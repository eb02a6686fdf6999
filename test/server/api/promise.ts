/**
 * Compares schema.graphql, the REST API and the commands with those of the last release, as a part of `npm run check`: a
 * breaking change must be named in CHANGELOG, and a deprecation must say what to use and until when it stays. With
 * `--release` it keeps those of today as those of the last release.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type Change, ChangeType, CriticalityLevel, diff } from '@graphql-inspector/core'
import {
  buildSchema,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql'
import { findLost, readNames } from './names.ts'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
/** Compressed: it changes with a release only. */
const kept = file('released.json.gz')
const current = file('../../../schema.graphql')
const changelog = file('../../../CHANGELOG.md')

/** What a release would break without saying so, one sentence each. A release that names `schema.graphql` keeps nothing of it. */
export async function findBroken(before: string, now: string, changes: string): Promise<string[]> {
  const named = namesIn(unreleased(changes))
  if (named.has('schema.graphql')) return []
  const differences = await diff(buildSchema(before), buildSchema(now))
  return differences
    .filter(isBreaking)
    .filter(({ path }) => path === undefined || !named.has(path))
    .map(({ message, path }) => `${message}. Clients break: name \`${path}\` in CHANGELOG, or keep it.`)
}

/** A caller who does not send a value gets another one. */
const defaults: readonly string[] = [
  ChangeType.FieldArgumentDefaultChanged,
  ChangeType.InputFieldDefaultValueChanged,
]

const isBreaking = ({ criticality, type }: Change) =>
  criticality.level === CriticalityLevel.Breaking || defaults.includes(type)

/** Where scripts for the REST API and the command line break, and CHANGELOG does not name it. */
export function findUnnamed(before: readonly string[], now: readonly string[], changes: string): string[] {
  const named = namesIn(unreleased(changes))
  const lost = findLost(before, now)
  // A command that is gone has no options.
  const isNamed = (name: string) => named.has(name) && lost.includes(name)
  return lost
    .filter((name) => !isNamed(name) && !isNamed(name.replace(/ (takes|without) .*$/, '')))
    .map((name) => `Scripts break at “${name}”: name \`${name}\` in CHANGELOG, or keep what was.`)
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

/** Deprecations whose day has passed, one sentence each. `today` as 2027-05-31. */
export function findOverdue(text: string, today: string): string[] {
  return [...deprecationsOf(buildSchema(text))].flatMap(([path, reason]) => {
    const [until = today] = reason.match(/\b20\d\d-\d\d-\d\d\b/) ?? []
    if (until >= today) return []
    return [
      `${path} was to stay until ${until}. Remove it and name \`${path}\` in CHANGELOG, or write a later day.`,
    ]
  })
}

/** What a release promised: its schema, and the names of its REST API, commands and variables. */
type Released = { version: string; schema: string; names: string[] }

/** What is kept must be of the last release of CHANGELOG. */
export function findStale({ version }: Pick<Released, 'version'>, changes: string): string[] {
  const last = lastRelease(changes)
  if (version === last) return []
  return [
    `What is kept was released in ${version}, and not in ${last}. Run node test/server/api/promise.ts --release at a release.`,
  ]
}

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
  const names = await readNames()
  if (process.argv.includes('--release')) {
    const today: Released = { version: lastRelease(changes), schema: now, names }
    await writeFile(kept, gzipSync(JSON.stringify(today)))
  }
  const before = JSON.parse(gunzipSync(await readFile(kept)).toString()) as Released // as it was written above
  const faults = [
    ...findStale(before, changes),
    ...(await findBroken(before.schema, now, changes)),
    ...findUnnamed(before.names, names, changes),
    ...findUndated(now),
    ...findOverdue(now, new Date().toISOString().slice(0, 10)),
  ]
  process.stdout.write(`${faults.join('\n') || 'The APIs keep what the last release promised.'}\n`)
  if (faults.length > 0) process.exitCode = 1
}
