/** Makes a plan: the steps from the present state to the one that a source wants. */
import type { Caller } from '#server/identity/caller.ts'
import type { StoredObject } from '#server/plan/kind/row.ts'
import { kinds } from '#server/plan/kinds.ts'
import { type Fields, type Section, sections, type Verb } from '#server/plan/section.ts'
import { type Amounting, amounting, changedFields, changesOf, type Step } from '#server/plan/step.ts'
import { findMissing, findRefused, type StoredChecks } from '#server/plan/stored-checks.ts'
import type { AskedIn, Finding, Wanted, WantedObjects } from '#server/plan/wanted.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { nameOf } from '#server/services/file-object/changed-object.ts'
import { findDescribed } from '#server/services/file-object/guard.ts'
import { hashOfContent } from '#server/services/protection/content.ts'
import type { ProtectedOperation } from '#server/services/protection/operation.ts'
import { isAnyRequired } from '#server/services/protection/required-marks.ts'

/** `fields`: what its removal takes. `requests`: those that ask for it, by key. */
export type Removed = {
  section: Section
  keys: readonly string[]
  fields?: Fields
  requests?: ReadonlyMap<string, AskedIn>
}

/** Where the wanted state comes from. */
export type Source<Item extends Wanted = Wanted> = {
  /** The slug of the anchor; null: it is about the installation. */
  anchor: string | null
  objects: WantedObjects<Item>
  /** What goes, in the order in which it goes. */
  removed?: readonly Removed[]
  /** Why an object stays as it is although it differs, as a sentence; null: it changes. */
  leaves?(object: Item, changed: Fields): string | null
  /** What the source leaves alone itself. */
  warnings?: readonly Finding<Item>[]
  /** It may change what files describe, or the writer refuses that, with the lines of the file. */
  isOfFiles?: true
  /** Each object for itself: one that would be refused has no step. Otherwise it is a fault of the whole. */
  isIndependent?: boolean
}

/** What is wrong, or left alone, and where a file says it. Without files, the place is empty, and line and column are 0. */
export type Fault = { file: string; line: number; column: number; message: string }

/** The source has faults; nothing was changed. */
export class PlanFaultsError extends Error {
  override readonly name = 'PlanFaultsError'
  readonly faults: readonly Fault[]
  constructor(faults: readonly Fault[]) {
    super('The source of the plan has faults.')
    this.faults = faults
  }
}

export type Plan = {
  /** The slug of the anchor; null: it is about the installation. */
  anchor: string | null
  /** In the order in which they are applied. */
  steps: readonly Step[]
  /** The objects that are as the source wants them. */
  unchanged: number
  /** The objects that it leaves alone, or the first ones; `left` counts them all. */
  warnings: readonly Fault[]
  left: number
  /** What it amounts to, for the protection by two people. */
  operations: readonly ProtectedOperation[]
  /** SHA-256 of anchor and steps, base64url: a plan for another state has another one. */
  hash: string
}

export type PlanContext = Pick<ServiceContext, 'slug' | 'entityId' | 'allowHttp' | 'now'> &
  StoredChecks & { caller: Caller }

/** `existing`: the wanted objects that exist. */
export type Compared<Item extends Wanted> = Omit<Plan, 'warnings'> & {
  faults: Finding<Item>[]
  warnings: Finding<Item>[]
  existing: Item[]
}

/** With faults, there is nothing to apply. */
export async function comparePlan<Item extends Wanted>(
  context: PlanContext,
  source: Source<Item>,
): Promise<Compared<Item>> {
  const { db, now } = context
  const { anchor, objects, removed = [], warnings = [], isIndependent = false } = source
  const found: Found<Item> = { steps: [], faults: [], warnings: [...warnings], unchanged: 0, existing: [] }
  found.faults = await findMissing(db, objects, now())
  for (const section of sections) await compareSection(found, context, source, section)
  if (anchor !== null && (isIndependent || found.faults.length === 0)) {
    const refused = await findRefused(
      context,
      found.steps.map(({ step }) => step),
      objects,
    )
    for (const each of refused) found.faults.push(each)
  }
  if (!source.isOfFiles) await findOfFiles(found, db, objects)
  if (isIndependent) leaveRefused(found)
  for (const each of removed) for (const step of await removals(context, each)) found.steps.push(step)
  const steps = found.steps.map(({ step }) => step)
  const operations = new Set(found.steps.flatMap(({ amounts }) => amounts))
  const ended = found.steps.flatMap(({ marks }) => marks)
  if (await isAnyRequired(db, ended)) operations.add('MEMBERS')
  const hash = hashOfPlan(anchor, steps)
  const left = found.warnings.length
  return { ...found, anchor, steps, operations: [...operations].sort(), left, hash }
}

const hashOfPlan = (anchor: string | null, steps: readonly Step[]) =>
  hashOfContent({
    anchor,
    steps: steps.map(({ section, key, verb, fields, changes, isAgain, request }) => ({
      ...{ section, key, verb, changes, isAgain, request },
      fields: verb === 'CHANGE' || Object.keys(fields).length === 0 ? null : fields,
    })),
  })

type Found<Item extends Wanted> = Pick<Compared<Item>, 'faults' | 'warnings' | 'unchanged' | 'existing'> & {
  steps: Amounting[]
}

async function compareSection<Item extends Wanted>(
  found: Found<Item>,
  { db, now, caller }: PlanContext,
  source: Source<Item>,
  section: Section,
): Promise<void> {
  const objects = source.objects.get(section)
  if (!objects || objects.size === 0) return
  const steps: Amounting[] = []
  const seen = new Set<string>()
  for await (const page of kinds[section].read(db, { keys: [...objects.keys()] }, now())) {
    for (const stored of page) {
      const object = objects.get(stored.key)
      if (!object) continue
      if (seen.has(stored.key)) found.faults.push(about(object, ambiguous(object)))
      seen.add(stored.key)
      found.existing.push(object)
      if (object.isNew && stored.hasEnded) {
        const { step, ...others } = stepOf('CREATE', object, {}, caller)
        steps.push({ ...others, step: { ...step, isAgain: true } })
        continue
      }
      const changed = compareObject(found, source, object, stored)
      if (changed) steps.push(stepOf('CHANGE', { ...object, wanted: changed }, stored.fields, caller))
    }
  }
  for (const [key, object] of objects) {
    if (seen.has(key)) continue
    if (kinds[section].create) steps.push(stepOf('CREATE', object, {}, caller))
    else found.faults.push(about(object, `There is no ${kinds[section].noun} ${key}.`))
  }
  steps.sort(({ step: a }, { step: b }) => (a.key < b.key ? -1 : 1))
  for (const step of steps) found.steps.push(step)
}

/** The fields that change; null: none does. */
function compareObject<Item extends Wanted>(
  found: Found<Item>,
  { leaves }: Source<Item>,
  object: Item,
  stored: StoredObject,
): Fields | null {
  const { noun, obstacle, change } = kinds[object.section]
  const changed = changedFields(stored, object.wanted)
  const isSame = Object.keys(changed).length === 0
  const obstacleOf = () => (isSame ? null : (obstacle?.(stored, object.wanted) ?? null))
  const leave = (message: string) => found.warnings.push({ ...about(object, message), isLeft: true })
  const left = isSame || !change ? null : (leaves?.(object, changed) ?? null)
  const inTheWay = left === null ? obstacleOf() : null
  if (object.isNew && (!isSame || object.request)) leave(`This ${noun} exists already, and stays as it is.`)
  else if (left !== null) leave(left)
  else if (inTheWay !== null) found.faults.push(about(object, inTheWay))
  // Its approval is recorded, also where nothing differs.
  else if (object.request) return object.wanted
  else if (isSame || !change) found.unchanged++
  else return changed
  return null
}

function stepOf(
  verb: Exclude<Verb, 'REMOVE'>,
  { section, key, wanted, request }: Wanted,
  stored: Fields,
  caller: Caller,
): Amounting {
  const changes = changesOf(stored, wanted)
  const step: Step = { section, key, verb, fields: wanted, changes, ...(request ? { request } : {}) }
  const [action] = kinds[section].mutations[verb] ?? []
  const before = verb === 'CREATE' ? undefined : stored
  const after = { ...stored, ...wanted }
  return action
    ? amounting(step, { action, resource: key, before, after }, caller)
    : { step, amounts: [], marks: [] }
}

async function removals(
  { db, now, caller }: PlanContext,
  { section, keys, fields: how = {}, requests }: Removed,
): Promise<Amounting[]> {
  const { remove, mutations, read } = kinds[section]
  const [action] = mutations.REMOVE ?? []
  if (!remove || !action || keys.length === 0) return []
  const known = new Set(keys)
  const steps: Amounting[] = []
  for await (const page of read(db, { keys }, now())) {
    for (const { key, fields } of page) {
      if (!known.has(key)) continue
      const request = requests?.get(key)
      const by = request ? { request } : {}
      const step: Step = { section, key, verb: 'REMOVE', fields: how, changes: [], ...by }
      steps.push(amounting(step, { action, resource: key, before: fields }, caller))
    }
  }
  return steps
}

/** What files describe changes in them. */
async function findOfFiles<Item extends Wanted>(
  found: Found<Item>,
  db: PlanContext['db'],
  objects: WantedObjects<Item>,
): Promise<void> {
  const changed = found.steps.flatMap(({ step: { section, key, verb, fields } }) =>
    verb === 'CHANGE' ? [{ section, key, resource: key, isRemoved: false, changed: fields }] : [],
  )
  const sentences = await findDescribed(db, changed)
  for (const { section, key } of changed) {
    const message = sentences.get(nameOf({ section, key }))
    const object = objects.get(section)?.get(key)
    if (message !== undefined && object) found.faults.push(about(object, message))
  }
}

/** Those that would be refused are left alone. */
function leaveRefused<Item extends Wanted>(found: Found<Item>): void {
  const refused = new Set(found.faults.map(({ object: { section, key } }) => `${section} ${key}`))
  found.steps = found.steps.filter(({ step: { section, key } }) => !refused.has(`${section} ${key}`))
  found.warnings = [...found.warnings, ...found.faults]
  found.faults = []
}

const about = <Item extends Wanted>(object: Item, message: string): Finding<Item> => ({
  object,
  path: [],
  message,
})

const ambiguous = ({ section, key }: Wanted) =>
  `There are several objects of this name here: ${key}. Give each ${kinds[section].noun} a name of its own.`
