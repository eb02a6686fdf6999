/** Words for why the clock does not sign a statement again. */
import type { NotSignedReason } from '#lib/gql/graphql.ts'

export const notSignedReasons: Record<NotSignedReason, string> = {
  INACTIVE: 'none while it is inactive',
  NOT_AUTOMATIC: 'none automatically: automatic renewal is off',
  HAS_PROBLEM: 'not before a check passes',
  SCHEDULES_OFF: 'none: the schedules that check and renew subordinates are off',
}
