/** Reads the files of an anchor or of the installation: their objects with the place of each, or every fault. */
import { coerceInputValue, type GraphQLSchema } from 'graphql'
import { isJsonObject } from '#core/json.ts'
import type { Path } from '#core/path.ts'
import { parseApart } from '#server/as-code/apart.ts'
import { API_VERSION, DEFAULT_SET } from '#server/as-code/document.ts'
import { type Finding, refuseFaulty } from '#server/as-code/fault.ts'
import { fileTypesOf } from '#server/as-code/file-type.ts'
import type { NamedText } from '#server/as-code/parse-text.ts'
import { checkValue, findUnusable } from '#server/error/value-check.ts'
import { keyOf, kinds } from '#server/plan/kinds.ts'
import type { Fault } from '#server/plan/plan.ts'
import { type Fields, type Section, sections } from '#server/plan/section.ts'

/** An object as a file describes it. Enums have their internal values. */
export type FileObject = {
  section: Section
  key: string
  fields: Fields
  file: NamedText
  path: Path
  /** The set of files that it is of. */
  set: string
  /** Fields that it does not name have their defaults. */
  isComplete: boolean
}

/** By section and key. */
export type FileObjects = ReadonlyMap<Section, ReadonlyMap<string, FileObject>>

/** `sets`: those that the files name, also one of which they describe nothing any more. */
export type ReadFiles = { objects: FileObjects; sets: ReadonlySet<string> }

/** `anchor`: its slug; null: they are about the installation. @throws PlanFaultsError */
export async function readFiles(
  files: readonly NamedText[],
  schema: GraphQLSchema,
  anchor: string | null,
): Promise<ReadFiles> {
  const found = new Map(sections.map((section) => [section, new Map<string, FileObject>()]))
  const sets = new Set<string>()
  const faults: (Finding | Fault)[] = []
  for (const file of files) {
    const parsed = await parseApart(file)
    if ('faults' in parsed) {
      faults.push(...parsed.faults)
      continue
    }
    const report: Report = (path, message, also) =>
      faults.push({ file, path, message, ...(also ? { also } : {}) })
    const value = check(parsed.value, schema, anchor, report)
    if (!value) continue
    sets.add(setOf(value))
    addObjects(found, file, value, report)
  }
  await refuseFaulty(faults)
  return { objects: found, sets }
}

const setOf = ({ set }: Fields) => (typeof set === 'string' ? set : DEFAULT_SET)

type Report = (path: Path, message: string, also?: FileObject) => void

/** Null: it has faults. */
function check(value: unknown, schema: GraphQLSchema, anchor: string | null, report: Report): Fields | null {
  let isGood = true
  const refuse: Report = (path, message) => {
    isGood = false
    report(path, message)
  }
  if (!isJsonObject(value)) {
    refuse([], 'A configuration file is an object with apiVersion and anchor.')
    return null
  }
  if (value.apiVersion !== API_VERSION) refuse(['apiVersion'], `apiVersion must be ${API_VERSION}.`)
  if ((value.anchor ?? null) !== anchor)
    refuse(['anchor'], `The file is about ${subjectOf(value.anchor)}, not ${anchor ?? 'the installation'}.`)
  if (!isGood) return null
  const unusable = findUnusable(value, [])
  if (unusable) {
    refuse(unusable.path, unusable.message)
    return null
  }
  const type = fileTypesOf(schema)[anchor === null ? 'installation' : 'anchor']
  for (const { path, member, message } of checkValue(value, type, []))
    refuse(member === undefined ? path : [...path, member], message)
  const coerced: unknown = isGood ? coerceInputValue(value, type) : null
  return isJsonObject(coerced) ? coerced : null
}

const subjectOf = (anchor: unknown) =>
  anchor == null ? 'the installation' : `the anchor ${JSON.stringify(anchor)}`

type Found = ReadonlyMap<Section, Map<string, FileObject>>

function addObjects(found: Found, file: NamedText, value: Fields, report: Report): void {
  const isComplete = value.complete === true
  const set = setOf(value)
  for (const section of sections) {
    const { bare, keys, noun } = kinds[section]
    const content = value[section]
    if (content === undefined || (content === null && bare === undefined)) continue
    const objects = bare !== undefined ? [{ [bare]: content }] : Array.isArray(content) ? content : [content]
    for (const [at, fields] of objects.entries()) {
      const path = keys.length === 0 ? [section] : [section, at]
      const key = keyOf(section, fields)
      if (keys.length > 0 && key === '') {
        report(path, `A ${noun} is named by ${keys.join(' or ')}.`)
        continue
      }
      const other = found.get(section)?.get(key)
      const named = key === '' ? `The ${noun}` : `The ${noun} ${key}`
      if (other) report(path, `${named} is described already,`, other)
      else found.get(section)?.set(key, { section, key, fields, file, path, set, isComplete })
    }
  }
}
