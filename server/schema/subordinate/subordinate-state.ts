/** The state of a subordinate, computed from a row or as a condition of the database. */
import type { Prisma, Subordinate } from '#prisma/generated/client/client.ts'
import { builder } from '#server/schema/builder.ts'

export const SubordinateState = builder.enumType('SubordinateState', {
  description: 'The state of a subordinate.',
  values: {
    ACTIVE: { description: 'Published, and its last renewal succeeded.' },
    INACTIVE: { description: 'Deactivated: no endpoint serves it.' },
    FAILING: { description: 'Its last renewal failed; the previous statement is served until it expires.' },
    EXPIRED: { description: 'Its statement has expired: it does not resolve.' },
  } as const,
})

export type SubordinateStateName = 'ACTIVE' | 'INACTIVE' | 'FAILING' | 'EXPIRED'

export function stateOf(
  row: Pick<Subordinate, 'active' | 'failingSince' | 'statementExpiresAt'>,
  now: Date,
): SubordinateStateName {
  if (!row.active) return 'INACTIVE'
  if (row.statementExpiresAt && row.statementExpiresAt <= now) return 'EXPIRED'
  return row.failingSince === null ? 'ACTIVE' : 'FAILING'
}

/** The same states as conditions; each row matches exactly one. */
export function toStateCondition(state: SubordinateStateName, now: Date): Prisma.SubordinateWhereInput {
  const valid = { OR: [{ statementExpiresAt: null }, { statementExpiresAt: { gt: now } }] }
  const conditions = {
    INACTIVE: { active: false },
    EXPIRED: { active: true, statementExpiresAt: { lte: now } },
    FAILING: { active: true, failingSince: { not: null }, ...valid },
    ACTIVE: { active: true, failingSince: null, ...valid },
  }
  return conditions[state]
}
