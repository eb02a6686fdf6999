/** A step of a plan: what happens to one object. */
import { isJsonEqual } from '#core/json.ts'
import { findDifferences } from '#core/json-difference.ts'
import { formatPath } from '#core/path.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { StoredObject } from '#server/plan/kind/row.ts'
import { type Fields, type Section, sections, type Verb, verbs } from '#server/plan/section.ts'
import type { AskedIn } from '#server/plan/wanted.ts'
import { type Changed, operationsOf } from '#server/services/protection/effect.ts'
import type { ProtectedOperation } from '#server/services/protection/operation.ts'
import { marksEndedBy } from '#server/services/protection/required-marks.ts'

/** A path within the object, such as `metadataPolicy.openid_provider`. An absent value is null. */
export type FieldChange = { path: string; before: unknown; after: unknown }

export type Step = {
  section: Section
  /** Of the object; empty where there is one. */
  key: string
  verb: Verb
  /** The fields that it is to have; of a removal, what that takes. */
  fields: Fields
  changes: readonly FieldChange[]
  /** It is created although there is one that has ended. */
  isAgain?: true
  /** The request whose approval does it. */
  request?: AskedIn
}

/** What is known of a step when its fields are gone. */
export const nameOfStep = ({ section, verb }: Pick<Step, 'section' | 'verb'>): string => `${section} ${verb}`

export function stepNamed(name: string): Pick<Step, 'section' | 'verb'> | null {
  const [section, verb] = name.split(' ')
  const [known, does] = [sections.find((each) => each === section), verbs.find((each) => each === verb)]
  return known && does ? { section: known, verb: does } : null
}

/** A step, and what the protection by two people asks about it. */
export type Amounting = {
  step: Step
  amounts: readonly ProtectedOperation[]
  /** The natural keys of the Trust Marks that it ends, and of their types. */
  marks: readonly string[]
}

export function amounting(step: Step, changed: Changed, caller: Caller): Amounting {
  return { step, amounts: operationsOf(changed, caller), marks: marksEndedBy(changed) }
}

/** The fields of an object that are to have another value. */
export function changedFields({ fields: stored }: StoredObject, wanted: Fields): Fields {
  return Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => !isJsonEqual(stored[name] ?? null, value ?? null)),
  )
}

export function changesOf(stored: Fields, wanted: Fields): FieldChange[] {
  return Object.entries(wanted).flatMap(([name, after]) =>
    findDifferences(stored[name] ?? null, after ?? null, { path: [name] }).map(
      ({ path, before = null, after: value = null }) => ({ path: formatPath(path), before, after: value }),
    ),
  )
}

/** Whether each change was planned. */
export function isPlanned(changes: readonly FieldChange[], planned: readonly FieldChange[]): boolean {
  return changes.every((change) => planned.some((each) => isJsonEqual({ ...change }, { ...each })))
}
