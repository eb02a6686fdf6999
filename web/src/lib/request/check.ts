/** Chooses the checks that say something about a request. */
import type { EntityCheckFieldsFragment, RequestKind } from '#lib/gql/graphql.ts'

/** An entity that is to be changed is registered, so that is no warning. */
export const checksFor = (
  kind: RequestKind,
  checks: readonly EntityCheckFieldsFragment[],
): EntityCheckFieldsFragment[] =>
  checks.filter(({ name }) => kind === 'REGISTER' || name !== 'NOT_REGISTERED')
