/** The terms that a refused request must accept. */
import type { EntityCheckFieldsFragment } from '#lib/gql/graphql.ts'

type Check = Pick<EntityCheckFieldsFragment, 'status' | 'terms' | 'termsHash'>

/** One for each text: several types of an entity can have the same. */
export function termsToAccept(checks: readonly Check[]): { text: string; hash: string }[] {
  const failed = checks.flatMap(({ status, terms, termsHash }) =>
    status === 'FAILED' && terms !== null && termsHash !== null ? [[termsHash, terms] as const] : [],
  )
  return [...new Map(failed)].map(([hash, text]) => ({ hash, text }))
}
