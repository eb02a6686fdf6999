/** For each mutation of the schema the tests that show it: that it works, how it fails, and that the audit log has it. */
import { type Evidence, testsIn } from '#test/requirements/requirement.ts'

export type MutationCases = {
  mutation: string
  success: Evidence
  /** By the name of the error; one for each that the mutation's result can be. */
  failures: Readonly<Record<string, Evidence>>
  audit: Evidence
}

const audit = testsIn('server/audit/audit')
const otherAudit = testsIn('server/audit/mutation-audit')
const refusals = testsIn('server/request/mutation-refusals')

/** The tables that have a row for most mutations. */
export const audited = (mutation: string) => audit('has one entry of a %s', mutation)
export const auditedBesides = (mutation: string) => otherAudit('has one entry of a %s', mutation)
export const unknownId = (mutation: string) =>
  refusals('finds nothing for a %s under an id that is of nothing', mutation)
export const atOnce = (mutation: string) =>
  refusals('lets one of several through that %s at the same moment', mutation)
