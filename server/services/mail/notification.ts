/** What operators receive e-mail about: a rule for each person and anchor, and who receives a message by it. */
import type { Prisma, NotificationRule as Row } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { roleIn, whoMay } from '#server/identity/operators.ts'
import { mayDo, type Role } from '#server/identity/roles.ts'

/** The alerts that are mailed, by severity. */
export const alertLevels = {
  NONE: 'None.',
  CRITICAL: 'The critical ones.',
  WARNING: 'The critical ones and the warnings.',
} as const
export type AlertLevel = keyof typeof alertLevels

export type NotificationRule = {
  alerts: AlertLevel
  /** New requests of organizations. */
  requests: boolean
  /** What waits for a decision: changes that a second person approves, and steps of a key rollover. */
  approvals: boolean
}

const columns = { alerts: true, requests: true, approvals: true } as const

/** The rule of a person without a row. */
const defaultRule = (role: Role): NotificationRule => {
  const mayOperate = mayDo(role, 'operate')
  return { alerts: mayOperate ? 'CRITICAL' : 'NONE', requests: false, approvals: mayOperate }
}

/** Viewers decide nothing, even if their row says so. */
export function ruleOf(
  row: Pick<Row, keyof NotificationRule> | null | undefined,
  role: Role,
): NotificationRule {
  if (!row) return defaultRule(role)
  const alerts = Object.hasOwn(alertLevels, row.alerts) ? (row.alerts as AlertLevel) : 'CRITICAL'
  return { alerts, requests: row.requests, approvals: row.approvals && mayDo(role, 'operate') }
}

type Client = Pick<Transaction, 'user'>
type Wanted = {
  /** Only of these. */
  who: Prisma.UserWhereInput
  wants: (rule: NotificationRule) => boolean
}

/** The addresses of those who have a role in the anchor, can sign in, and want it. */
export async function findWilling(db: Client, slug: string, { who, wants }: Wanted): Promise<string[]> {
  const users = await db.user.findMany({
    where: { AND: [whoMay(slug, 'read'), who, { mail: true, accounts: { some: {} } }] },
    select: {
      email: true,
      role: true,
      anchorRoles: { select: { anchorSlug: true, role: true } },
      notificationRules: { where: { anchorSlug: slug }, select: columns },
    },
    orderBy: { email: 'asc' },
  })
  return users.flatMap(({ email, notificationRules: [row], ...user }) => {
    const role = roleIn(user, slug)
    return role && wants(ruleOf(row, role)) ? email : []
  })
}
