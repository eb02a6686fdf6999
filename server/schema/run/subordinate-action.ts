/** The actions of a change of many subordinates, and the parameters of runs. */
import { getMember, isJsonObject } from '#core/json.ts'
import type { Prisma } from '#prisma/generated/client/client.ts'
import { type ChangeAction, changeActions } from '#server/plan/source/selection.ts'
import { builder } from '#server/schema/builder.ts'

/** Those that have a plan. */
export const plannedActions = {
  DEACTIVATE: { description: 'Removes it from every endpoint and keeps its registration.' },
  REACTIVATE: { description: 'Publishes it again, with a new statement.' },
  REMOVE: {
    description: 'Removes it from every endpoint, deletes its registration, and revokes its Trust Marks.',
  },
  UPDATE: { description: 'Changes its settings.' },
  ISSUE_TRUST_MARK: { description: 'Issues a Trust Mark to it.' },
  REVOKE_TRUST_MARK: { description: 'Revokes its Trust Mark of a type.' },
} as const satisfies Record<ChangeAction, object>

export const subordinateActions = ['RENEW', ...changeActions] as const

export const SubordinateAction = builder.enumType('SubordinateAction', {
  description: 'What is done to each of many subordinates.',
  values: {
    RENEW: { description: 'Fetches its configuration again and signs a new statement.' },
    ...plannedActions,
  } as const satisfies Record<(typeof subordinateActions)[number], object>,
})

export function parameterOf(parameters: Prisma.JsonValue, name: string): unknown {
  return isJsonObject(parameters) ? getMember(parameters, name) : undefined
}
