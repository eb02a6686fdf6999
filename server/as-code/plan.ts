/** Makes the plan of configuration files: the steps from the present state to the one that they describe. */
import type { GraphQLSchema } from 'graphql'
import { type Fields, type Section, sections, type Verb } from '#server/as-code/document.ts'
import type { ParseContext, StoredObject } from '#server/as-code/kind/row.ts'
import { kinds } from '#server/as-code/kinds.ts'
import type { Fault, NamedText } from '#server/as-code/parse-text.ts'
import {
  FileFaultsError,
  type FileObject,
  type FileObjects,
  faultAt,
  readFiles,
} from '#server/as-code/read-files.ts'
import { findMissing } from '#server/as-code/references.ts'
import { changedFields, changesOf, type Step } from '#server/as-code/step.ts'
import { readSettings } from '#server/database/settings.ts'
import { OperationError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { hashOfContent } from '#server/services/protection/content.ts'
import { operationsOf } from '#server/services/protection/effect.ts'
import type { ProtectedOperation } from '#server/services/protection/operation.ts'

export type Plan = {
  /** The slug of the anchor. */
  anchor: string
  /** In the order in which they are applied. */
  steps: readonly Step[]
  /** The objects that are as the files describe them. */
  unchanged: number
  /** What it amounts to, for the protection by two people. */
  operations: readonly ProtectedOperation[]
  /** SHA-256 of anchor and steps, base64url: a plan for another state has another one. */
  hash: string
}

export type PlanContext = Pick<ServiceContext, 'db' | 'slug' | 'entityId' | 'allowHttp' | 'now'> & {
  schema: GraphQLSchema
  caller: Caller
}

/** A described object with its fields as they are stored. */
export type Wanted = FileObject & { wanted: Fields }

/** @throws FileFaultsError */
export async function makePlan(context: PlanContext, files: readonly NamedText[]): Promise<Plan> {
  const { db, slug, schema } = context
  const objects = readFiles(files, schema, slug)
  const wanted = await parseAll(context, objects)
  const faults = [...(await findMissing(db, wanted, context.now()))]
  const steps: Step[] = []
  const operations = new Set<ProtectedOperation>()
  let unchanged = 0
  for (const section of sections) {
    const found = await stepsOf(context, section, wanted.get(section) ?? new Map())
    faults.push(...found.faults)
    for (const { step, amounts } of found.steps) {
      steps.push(step)
      for (const operation of amounts) operations.add(operation)
    }
    unchanged += found.unchanged
  }
  if (faults.length > 0) throw new FileFaultsError(faults)
  return { anchor: slug, steps, unchanged, operations: [...operations].sort(), hash: hashOfPlan(slug, steps) }
}

const hashOfPlan = (anchor: string, steps: readonly Step[]) =>
  hashOfContent({
    anchor,
    steps: steps.map(({ section, key, verb, fields, changes }) => ({
      ...{ section, key, verb, changes },
      fields: verb === 'CREATE' ? fields : null,
    })),
  })

export type WantedObjects = ReadonlyMap<Section, ReadonlyMap<string, Wanted>>

/** Each with the settings that the files lead to. @throws FileFaultsError */
async function parseAll(
  { db, entityId, allowHttp }: PlanContext,
  objects: FileObjects,
): Promise<WantedObjects> {
  const faults: Fault[] = []
  const context: ParseContext = { entityId, allowHttp, settings: await readSettings(db) }
  const all = new Map<Section, Map<string, Wanted>>()
  for (const section of sections) {
    const parsed = new Map<string, Wanted>()
    for (const [key, object] of objects.get(section) ?? []) {
      const wanted = parseObject(object, context, faults)
      if (wanted) parsed.set(key, { ...object, wanted })
    }
    if (section === 'settings' || section === 'metadataPolicy')
      for (const { wanted } of parsed.values())
        context.settings = { ...context.settings, ...withoutMarks(wanted) }
    all.set(section, parsed)
  }
  if (faults.length > 0) throw new FileFaultsError(faults)
  return all
}

/** The file has its own marks as JWTs alone. No other object depends on them. */
function withoutMarks({ trustMarks: _, ...fields }: Fields): Fields {
  return fields
}

function parseObject(object: FileObject, context: ParseContext, faults: Fault[]): Fields | null {
  const { section, fields, isComplete } = object
  const { parse, defaults, bare } = kinds[section]
  try {
    const parsed = parse(fields, context)
    return isComplete ? { ...defaults, ...parsed } : parsed
  } catch (error) {
    if (!(error instanceof OperationError)) throw error
    const inside = error.path?.slice(bare === undefined ? 0 : 1) ?? [] // the section is its only field
    faults.push(faultAt(object.file, [...object.path, ...inside], error.message))
    return null
  }
}

type Amounting = { step: Step; amounts: readonly ProtectedOperation[] }
type Found = { steps: Amounting[]; faults: Fault[]; unchanged: number }

async function stepsOf(
  { db, now, caller }: PlanContext,
  section: Section,
  objects: ReadonlyMap<string, Wanted>,
): Promise<Found> {
  if (objects.size === 0) return { steps: [], faults: [], unchanged: 0 }
  const found: Found = { steps: [], faults: [], unchanged: 0 }
  const seen = new Set<string>()
  for await (const page of kinds[section].read(db, { keys: [...objects.keys()] }, now())) {
    for (const stored of page) {
      const object = objects.get(stored.key)
      if (!object) continue
      if (seen.has(stored.key)) found.faults.push(ambiguous(object))
      seen.add(stored.key)
      addChange(found, object, stored, caller)
    }
  }
  for (const [key, object] of objects)
    if (!seen.has(key)) found.steps.push(stepOf('CREATE', object, {}, caller))
  found.steps.sort(({ step: a }, { step: b }) => (a.key < b.key ? -1 : 1))
  return found
}

function addChange(found: Found, object: Wanted, stored: StoredObject, caller: Caller): void {
  const { obstacle, change } = kinds[object.section]
  const changed = changedFields(stored, object.wanted)
  if (Object.keys(changed).length === 0 || !change) {
    found.unchanged++
    return
  }
  const inTheWay = obstacle?.(stored, object.wanted)
  if (inTheWay) found.faults.push(faultAt(object.file, object.path, inTheWay))
  else found.steps.push(stepOf('CHANGE', { ...object, wanted: changed }, stored.fields, caller))
}

function stepOf(
  verb: Exclude<Verb, 'REMOVE'>,
  { section, key, wanted }: Wanted,
  stored: Fields,
  caller: Caller,
): Amounting {
  const step: Step = { section, key, verb, fields: wanted, changes: changesOf(stored, wanted) }
  const [action] = kinds[section].mutations[verb] ?? []
  const before = verb === 'CREATE' ? undefined : stored
  const after = { ...stored, ...wanted }
  return { step, amounts: action ? operationsOf({ action, resource: key, before, after }, caller) : [] }
}

function ambiguous({ section, key, file, path }: Wanted): Fault {
  const message = `There are several objects of this name here: ${key}. Give each ${kinds[section].noun} a name of its own.`
  return faultAt(file, path, message)
}
