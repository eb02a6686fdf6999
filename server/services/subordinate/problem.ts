/** Names what is wrong with a subordinate: its state, the check at fault, and the columns that hold it. */
import { Prisma, type Subordinate } from '#prisma/generated/client/client.ts'
import {
  type EntityCheck,
  type EntityCheckName,
  entityChecks,
  isGenuine,
} from '#server/services/entity/checks.ts'

/** The checks of a stored configuration against our statement. The others need the configuration as it is now. */
const resolutionChecks: readonly string[] = ['CONSTRAINTS', 'METADATA_POLICY'] satisfies EntityCheckName[]
/** A third party does not ask for these: the member is there, or has what the operator requires. */
const harmlessToChains: readonly string[] = [
  'REACHABLE',
  'TRUST_MARKS',
  'METADATA_TYPES',
] satisfies EntityCheckName[]
export const refusedByChains = Object.keys(entityChecks).filter((name) => !harmlessToChains.includes(name))

export const subordinateStates = [
  'ACTIVE',
  'INACTIVE',
  'DOES_NOT_RESOLVE',
  'UNREACHABLE',
  'FAILING',
  'EXPIRED',
] as const
export type SubordinateState = (typeof subordinateStates)[number]

export type ProblemCode = EntityCheckName | 'STATEMENT_EXPIRED' | 'RENEWAL'

export type Problem = {
  code: ProblemCode
  message: string
  section: string | null
  since: Date
}

/** The columns that tell the state. */
export const stateColumns = {
  active: true,
  statementExpiresAt: true,
  failingCode: true,
  failingSince: true,
  unresolvableSince: true,
} satisfies Prisma.SubordinateSelect

/** Those that tell the problem too. */
export const problemColumns = {
  ...stateColumns,
  lastError: true,
  unresolvableCode: true,
  unresolvableReason: true,
} satisfies Prisma.SubordinateSelect

export function stateOf(row: Pick<Subordinate, keyof typeof stateColumns>, now: Date): SubordinateState {
  if (!row.active) return 'INACTIVE'
  if (row.statementExpiresAt && row.statementExpiresAt <= now) return 'EXPIRED'
  if (row.unresolvableSince) return 'DOES_NOT_RESOLVE'
  if (!row.failingSince) return 'ACTIVE'
  if (row.failingCode === 'REACHABLE') return 'UNREACHABLE'
  return row.failingCode !== null && refusedByChains.includes(row.failingCode)
    ? 'DOES_NOT_RESOLVE'
    : 'FAILING'
}

/** The same states as conditions; each row matches exactly one. */
export function toStateCondition(state: SubordinateState, now: Date): Prisma.SubordinateWhereInput {
  const valid = { OR: [{ statementExpiresAt: null }, { statementExpiresAt: { gt: now } }] }
  const resolvable = { active: true, unresolvableSince: null, ...valid }
  // The time of a failure has an index, its code has none.
  const failing = { failingSince: { not: null } }
  const refused = { ...failing, failingCode: { in: refusedByChains } }
  const conditions: Record<SubordinateState, Prisma.SubordinateWhereInput> = {
    INACTIVE: { active: false },
    EXPIRED: { active: true, statementExpiresAt: { lte: now } },
    DOES_NOT_RESOLVE: { active: true, AND: [valid, { OR: [{ unresolvableSince: { not: null } }, refused] }] },
    UNREACHABLE: { ...resolvable, ...failing, failingCode: 'REACHABLE' },
    FAILING: {
      ...resolvable,
      ...failing,
      AND: { OR: [{ failingCode: null }, { failingCode: 'TRUST_MARKS' }] },
    },
    ACTIVE: { ...resolvable, failingSince: null },
  }
  return conditions[state]
}

/** Those in any state but `ACTIVE` and `INACTIVE`. */
export function whereProblem(now: Date): Prisma.SubordinateWhereInput {
  const expired = { statementExpiresAt: { lte: now } }
  return {
    active: true,
    OR: [{ failingSince: { not: null } }, { unresolvableSince: { not: null } }, expired],
  }
}

const knownChecks = Object.keys(entityChecks)
const noKnownCheck = (column: 'failingCode' | 'unresolvableCode'): Prisma.SubordinateWhereInput => ({
  OR: [{ [column]: null }, { [column]: { notIn: knownChecks } }],
})

/** The problems by their rule, as conditions; each row with a problem matches exactly one. */
export function toProblemCondition(code: ProblemCode, now: Date): Prisma.SubordinateWhereInput {
  const expired = { active: true, statementExpiresAt: { lte: now } }
  if (code === 'STATEMENT_EXPIRED') return expired
  const { unresolvable, failing } = troubled(now)
  const isOther = code === 'RENEWAL'
  return {
    OR: [
      { AND: [unresolvable, isOther ? noKnownCheck('unresolvableCode') : { unresolvableCode: code }] },
      { AND: [failing, isOther ? noKnownCheck('failingCode') : { failingCode: code }] },
    ],
  }
}

/** Rows with a valid statement, by which columns hold their problem. */
export function troubled(now: Date) {
  const valid = { active: true, OR: [{ statementExpiresAt: null }, { statementExpiresAt: { gt: now } }] }
  return {
    unresolvable: { ...valid, unresolvableSince: { not: null } },
    failing: { ...valid, unresolvableSince: null, failingSince: { not: null } },
  } satisfies Record<string, Prisma.SubordinateWhereInput>
}

/** The same states as a column of SQL, by the database's clock. */
export const stateExpression = Prisma.sql`CASE
  WHEN NOT "active" THEN 'INACTIVE'
  WHEN "statementExpiresAt" <= now() AT TIME ZONE 'utc' THEN 'EXPIRED'
  WHEN "unresolvableSince" IS NOT NULL OR "failingCode" IN (${Prisma.join(refusedByChains)}) THEN 'DOES_NOT_RESOLVE'
  WHEN "failingSince" IS NULL THEN 'ACTIVE'
  WHEN "failingCode" = 'REACHABLE' THEN 'UNREACHABLE'
  ELSE 'FAILING' END`

/** Null for the states `ACTIVE` and `INACTIVE`. */
export function problemOf(row: Pick<Subordinate, keyof typeof problemColumns>, now: Date): Problem | null {
  const { active, statementExpiresAt, unresolvableSince, failingSince } = row
  if (!active) return null
  if (statementExpiresAt && statementExpiresAt <= now) {
    const message = row.lastError ?? row.unresolvableReason ?? 'It was not signed again in time.'
    return {
      code: 'STATEMENT_EXPIRED',
      message: `Its Subordinate Statement has expired. ${message}`,
      section: '3.2',
      since: statementExpiresAt,
    }
  }
  if (unresolvableSince)
    return toProblem(row.unresolvableCode, row.unresolvableReason ?? '', unresolvableSince)
  return failingSince && toProblem(row.failingCode, row.lastError ?? '', failingSince)
}

/** `RENEWAL` is a failure that an earlier version recorded without its check. */
export function toProblem(name: string | null, message: string, since: Date): Problem {
  const code = toProblemCode(name)
  return { code, message, section: code === 'RENEWAL' ? null : entityChecks[code].section, since }
}

export const toProblemCode = (name: string | null): EntityCheckName | 'RENEWAL' =>
  name !== null && Object.hasOwn(entityChecks, name) ? (name as EntityCheckName) : 'RENEWAL' // its key

/** The columns after a look at the entity. What is not its own says nothing about how it resolves. */
export function toProblemColumns(
  before: Pick<Subordinate, 'failingSince' | 'unresolvableSince'>,
  checks: readonly EntityCheck[],
  now: Date,
) {
  const failed = checks.filter(({ status }) => status === 'FAILED')
  const ofChain = failed.filter(({ name }) => resolutionChecks.includes(name))
  const ofEntity = failed.filter(({ name }) => !resolutionChecks.includes(name))
  return {
    lastCheckedAt: now,
    lastError: inWords(ofEntity),
    failingCode: ofEntity[0]?.name ?? null,
    failingSince: ofEntity.length > 0 ? (before.failingSince ?? now) : null,
    ...(isGenuine(checks) ? toUnresolvableColumns(before, ofChain, now) : {}),
  }
}

export function toUnresolvableColumns(
  before: Pick<Subordinate, 'unresolvableSince'>,
  faults: readonly Pick<EntityCheck, 'name' | 'message'>[],
  now: Date,
) {
  return {
    unresolvableReason: inWords(faults),
    unresolvableCode: faults[0]?.name ?? null,
    unresolvableSince: faults.length > 0 ? (before.unresolvableSince ?? now) : null,
  }
}

function inWords(faults: readonly Pick<EntityCheck, 'message'>[]): string | null {
  return faults.length > 0 ? faults.map(({ message }) => message).join(' ') : null
}
