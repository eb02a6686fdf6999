/** What an approval would do, as the API describes it: the fields that differ, with both values. */
import type { Difference } from '#core/json-difference.ts'
import { differencesBetween } from '#lib/json/difference.ts'
import { isRecord } from '#lib/json/json.ts'

type Fields = Readonly<Record<string, { before: unknown; after: unknown }>>

export function fieldsOf(effect: unknown): Fields {
  const fields = isRecord(effect) && isRecord(effect.fields) ? effect.fields : {}
  const known = Object.entries(fields).flatMap(([name, value]) =>
    isRecord(value) ? [[name, { before: value.before, after: value.after }] as const] : [],
  )
  return Object.fromEntries(known)
}

const side = (effect: unknown, name: 'before' | 'after') =>
  Object.fromEntries(Object.entries(fieldsOf(effect)).map(([field, values]) => [field, values[name]]))

/** What the approver signs. */
export const differencesOf = (effect: unknown): Difference[] =>
  differencesBetween(side(effect, 'before'), side(effect, 'after'))

/** How what it does now differs from what it did when it was shown first. */
export const movesBetween = (previous: unknown, effect: unknown): Difference[] =>
  (['before', 'after'] as const).flatMap((name) =>
    differencesBetween(side(previous, name), side(effect, name), name === 'before' ? ['present'] : []),
  )

/** The number of a dry run that it executes, in its anchor. */
export function dryRunOf(effect: unknown): number | undefined {
  const number = fieldsOf(effect).dryRun?.after
  return typeof number === 'number' ? number : undefined
}
