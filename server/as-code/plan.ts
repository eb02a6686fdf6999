/** Makes the plan of configuration files: the steps from the present state to the one that they describe. */
import type { GraphQLSchema } from 'graphql'
import type { FileObject as Row } from '#prisma/generated/client/client.ts'
import { type Fields, type Section, sections, type Verb } from '#server/as-code/document.ts'
import { type Finding, refuseFaulty, toFaults } from '#server/as-code/fault.ts'
import type { ScheduleWriter, StoredObject } from '#server/as-code/kind/row.ts'
import { kinds } from '#server/as-code/kinds.ts'
import {
  type Applied,
  amountsToTake,
  explainWithdrawal,
  findOwnedByOthers,
  readApplied,
  stepsToRemove,
} from '#server/as-code/ownership.ts'
import type { Fault, NamedText } from '#server/as-code/parse-text.ts'
import { readFiles } from '#server/as-code/read-files.ts'
import { type Amounting, amounting, changedFields, changesOf, type Step } from '#server/as-code/step.ts'
import { findMissing, findRefused, type StoredChecks } from '#server/as-code/stored-checks.ts'
import { parseAll, type Wanted } from '#server/as-code/wanted.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { nameOf } from '#server/services/file-object/changed-object.ts'
import { withdrawalIn } from '#server/services/file-object/withdrawal.ts'
import { hashOfContent } from '#server/services/protection/content.ts'
import type { ProtectedOperation } from '#server/services/protection/operation.ts'
import { isAnyRequired } from '#server/services/protection/required-marks.ts'

export type Plan = {
  /** The slug of the anchor; null: it is about the installation. */
  anchor: string | null
  /** In the order in which they are applied. */
  steps: readonly Step[]
  /** What the files describe, which their sets own from the application on. */
  described: readonly Wanted[]
  /** The names of the sets. */
  sets: readonly string[]
  /** The objects that are as the files describe them. */
  unchanged: number
  /** The objects that it leaves alone, because they were withdrawn outside of the files. */
  warnings: readonly Fault[]
  /** What it amounts to, for the protection by two people. */
  operations: readonly ProtectedOperation[]
  /** What it amounts to that the files describe what they did not before, by sections. */
  taken: ReadonlyMap<Section, ReadonlySet<ProtectedOperation>>
  /** SHA-256 of anchor and steps, base64url: a plan for another state has another one. */
  hash: string
}

export type PlanContext = Pick<ServiceContext, 'slug' | 'entityId' | 'allowHttp' | 'now'> &
  StoredChecks & {
    schema: GraphQLSchema
    scheduleChanges: Pick<ScheduleWriter, 'check'>
    caller: Caller
  }

export type PlanOptions = {
  /** Removes what the sets of the files owned before and describe no longer. */
  prune?: boolean
  /** The files are about the installation. The context is that of the first anchor. */
  isOfInstallation?: boolean
}

/** @throws FileFaultsError */
export async function makePlan(
  context: PlanContext,
  files: readonly NamedText[],
  { prune = false, isOfInstallation = false }: PlanOptions = {},
): Promise<Plan> {
  const { db, slug, schema, now } = context
  const anchor = isOfInstallation ? null : slug
  const { objects, sets } = await readFiles(files, schema, anchor)
  const wanted = await parseAll(context, objects)
  const described = [...wanted.values()].flatMap((some) => [...some.values()])
  const applied = await readApplied(db, described)
  const faults = [...(await findMissing(db, wanted, now())), ...findOwnedByOthers(described, applied)]
  const warnings: Finding[] = []
  const found: Amounting[] = []
  const taken = new Map<Section, ReadonlySet<ProtectedOperation>>()
  let unchanged = 0
  for (const section of sections) {
    const ofSection = await stepsOf(context, section, wanted.get(section) ?? new Map(), applied)
    faults.push(...ofSection.faults)
    warnings.push(...ofSection.warnings)
    for (const each of ofSection.steps) found.push(each)
    taken.set(section, ofSection.taken)
    unchanged += ofSection.unchanged
  }
  if (faults.length === 0 && !isOfInstallation) {
    const ofFiles = found.map(({ step }) => step)
    faults.push(...(await findRefused(context, ofFiles, wanted)))
  }
  await refuseFaulty(faults)
  const removed = prune ? await stepsToRemove({ ...context, isOfInstallation, sets }, wanted) : []
  for (const each of removed) found.push(each)
  const steps = found.map(({ step }) => step)
  const operations = new Set(found.flatMap(({ amounts }) => amounts))
  const ended = found.flatMap(({ marks }) => marks)
  if (await isAnyRequired(db, ended)) operations.add('MEMBERS')
  const hash = hashOfPlan(anchor, steps)
  return {
    anchor,
    steps,
    described,
    sets: [...sets],
    unchanged,
    warnings: await toFaults(warnings),
    operations: [...operations].sort(),
    taken,
    hash,
  }
}

const hashOfPlan = (anchor: string | null, steps: readonly Step[]) =>
  hashOfContent({
    anchor,
    steps: steps.map(({ section, key, verb, fields, changes }) => ({
      ...{ section, key, verb, changes },
      fields: verb === 'CREATE' ? fields : null,
    })),
  })

type Found = {
  steps: Amounting[]
  faults: Finding[]
  warnings: Finding[]
  unchanged: number
  taken: Set<ProtectedOperation>
}

async function stepsOf(
  { db, now, caller }: PlanContext,
  section: Section,
  objects: ReadonlyMap<string, Wanted>,
  applied: Applied,
): Promise<Found> {
  const found: Found = { steps: [], faults: [], warnings: [], unchanged: 0, taken: new Set() }
  if (objects.size === 0) return found
  const seen = new Set<string>()
  for await (const page of kinds[section].read(db, { keys: [...objects.keys()] }, now())) {
    for (const stored of page) {
      const object = objects.get(stored.key)
      if (!object) continue
      if (seen.has(stored.key)) found.faults.push(ambiguous(object))
      seen.add(stored.key)
      addChange(found, object, { stored, before: applied.get(nameOf(object)), caller })
    }
  }
  for (const [key, object] of objects) {
    if (seen.has(key)) continue
    if (kinds[section].create) found.steps.push(stepOf('CREATE', object, {}, caller))
    else found.faults.push(unknown(object))
  }
  found.steps.sort(({ step: a }, { step: b }) => (a.key < b.key ? -1 : 1))
  return found
}

type Compared = { stored: StoredObject; before: Row | undefined; caller: Caller }

function addChange(found: Found, object: Wanted, { stored, before, caller }: Compared): void {
  for (const operation of amountsToTake(object, before, caller)) found.taken.add(operation)
  const { noun, obstacle, change } = kinds[object.section]
  const changed = changedFields(stored, object.wanted)
  const isSame = Object.keys(changed).length === 0
  const isActivated = withdrawalIn(changed) === false
  const withdrawal = isActivated && before ? explainWithdrawal(before, noun) : null
  const inTheWay = isSame ? null : (obstacle?.(stored, object.wanted) ?? null)
  const place = { file: object.file, path: object.path }
  if (withdrawal) found.warnings.push({ ...place, message: withdrawal })
  else if (inTheWay) found.faults.push({ ...place, message: inTheWay })
  else if (isSame || !change) found.unchanged++
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
  return action
    ? amounting(step, { action, resource: key, before, after }, caller)
    : { step, amounts: [], marks: [] }
}

/** The server has all objects of such a kind. */
const unknown = ({ section, key, file, path }: Wanted): Finding => ({
  file,
  path,
  message: `There is no ${kinds[section].noun} ${key}.`,
})

function ambiguous({ section, key, file, path }: Wanted): Finding {
  const message = `There are several objects of this name here: ${key}. Give each ${kinds[section].noun} a name of its own.`
  return { file, path, message }
}
