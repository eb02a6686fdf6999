/** Says how the checks of an entity ended. */
import { count, plural } from '#lib/format.ts'
import type { EntityCheckStatus } from '#lib/gql/graphql.ts'

/** The checks of an entity that can be registered: `11 checks passed, 2 were not run.` */
export function checksInWords(checks: readonly { status: EntityCheckStatus }[]): string {
  const having = (wanted: EntityCheckStatus) => checks.filter(({ status }) => status === wanted).length
  const [warnings, skipped] = [having('WARNING'), having('SKIPPED')]
  const parts = [
    `${plural(having('PASSED'), 'check')} passed`,
    ...(warnings > 0 ? [`${plural(warnings, 'warning')} below`] : []),
    ...(skipped > 0 ? [`${count(skipped)} ${skipped === 1 ? 'was' : 'were'} not run`] : []),
  ]
  return `${parts.join(', ')}.`
}
