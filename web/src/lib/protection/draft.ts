/** Describes what needs two people as a form. */
import { choice, type Field, type FieldsOf, flag, list } from '#lib/form/field.ts'
import type { BreakGlass, ProtectedOperation, UpdateProtectionInput } from '#lib/gql/graphql.ts'
import { operationNames } from './operation.ts'

const LONGEST_HOURS = 720

const hours = (label: string, least = 1): Field<string, number> => ({
  label,
  empty: '',
  show: String,
  parse(value) {
    const number = Number(value)
    const isPossible = Number.isInteger(number) && number >= least && number <= LONGEST_HOURS
    return isPossible
      ? { input: number }
      : { problem: `Enter whole hours, from ${least} to ${LONGEST_HOURS}.` }
  },
})

/** Whether one administrator may execute a change alone. */
export const breakGlassWords: Readonly<Record<BreakGlass, string>> = {
  OFF: 'Never',
  DELAYED: 'After a delay, unless another person refuses',
  AT_ONCE: 'At once',
}

export const protectionFields = {
  /** In the order of the form. */
  operations: list<ProtectedOperation>('Protected operations', undefined, (stored) =>
    Array.isArray(stored) ? operationNames.filter((name) => stored.includes(name)) : [],
  ),
  commandLine: flag('Commands on the server may do these too'),
  validForHours: hours('Hours that a change waits for its approval'),
  passkeyHours: hours('Hours until a new passkey counts for approvals', 0),
  breakGlass: choice<BreakGlass>('Execution without a second person'),
  breakGlassHours: hours('Hours of the delay'),
} satisfies FieldsOf<UpdateProtectionInput>
