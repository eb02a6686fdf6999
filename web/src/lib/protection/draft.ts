/** Describes what needs two people as a form. */
import { type Field, flag, list, type Values } from '#lib/form/field.ts'
import type { ProtectedOperation } from '#lib/gql/graphql.ts'
import { operationNames } from './operation.ts'

const LONGEST_HOURS = 720

const hours: Field<string, number> = {
  label: 'Hours until a change request expires',
  empty: '',
  show: String,
  parse(value) {
    const number = Number(value)
    const isPossible = Number.isInteger(number) && number >= 1 && number <= LONGEST_HOURS
    return isPossible ? { input: number } : { problem: `Enter whole hours, from 1 to ${LONGEST_HOURS}.` }
  },
}

export const protectionFields = {
  /** In the order of the form. */
  operations: list<ProtectedOperation>('Protected operations', undefined, (stored) =>
    Array.isArray(stored) ? operationNames.filter((name) => stored.includes(name)) : [],
  ),
  commandLine: flag('Commands on the server may do these too'),
  validForHours: hours,
}

export type ProtectionFields = Values<typeof protectionFields>
