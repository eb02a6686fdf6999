/** Refuses an outage budget that a validity is too short for, and a validity that is too short for the budget. */
import { budgetWithin, validityFor } from '#core/outage-budget.ts'
import type { Transaction } from '#server/database/client.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { inHours, requireBudget } from '#server/services/hours.ts'

/** The settings that limit how long something is valid. */
const validities = [
  'entityConfigurationHours',
  'statementHours',
  'maximumStatementHours',
  'maximumTrustMarkHours',
] as const satisfies (keyof Settings)[]

/** `changes`: the settings that change. @throws InvalidInputError */
export function checkBudget(
  settings: Pick<Settings, 'outageBudget' | (typeof validities)[number]>,
  changes: Partial<Record<keyof Settings, unknown>>,
): void {
  const { outageBudget: budget } = settings
  if (budget === null) return
  for (const name of validities) {
    const hours = settings[name]
    if (changes.outageBudget === undefined) {
      if (changes[name] !== undefined) requireBudget(hours, budget, name)
    } else if (hours < validityFor(budget)) throw refuse(budget, hours, `${name} is ${inHours(hours)}`)
  }
}

/** Checks the validity of single members, types and marks when a budget is set. @throws InvalidInputError */
export async function checkBudgetOfRows(tx: Transaction, budget: number): Promise<void> {
  const tooShort = { validFor: { lt: validityFor(budget) } }
  const first = { orderBy: { validFor: 'asc' } } as const
  const member = await tx.subordinate.findFirst({
    where: tooShort,
    select: { entityId: true, validFor: true },
    ...first,
  })
  if (member?.validFor)
    throw refuse(budget, member.validFor, `the statement about ${member.entityId} ${validFor(member)}`)
  const renewed = { ...tooShort, autorenew: true }
  const type = await tx.trustMarkType.findFirst({
    where: renewed,
    select: { type: true, validFor: true },
    ...first,
  })
  if (type) throw refuse(budget, type.validFor, `the Trust Mark type ${type.type} ${validFor(type)}`)
  const mark = await tx.trustMark.findFirst({
    where: { ...renewed, active: true },
    select: { entityId: true, validFor: true, trustMarkType: { select: { type: true } } },
    ...first,
  })
  if (!mark) return
  const name = `the Trust Mark of ${mark.entityId} of the type ${mark.trustMarkType.type}`
  throw refuse(budget, mark.validFor, `${name} ${validFor(mark)}`)
}

const validFor = ({ validFor: hours }: { validFor: number | null }) => `is valid for ${inHours(hours ?? 0)}`

function refuse(budget: number, hours: number, reason: string): InvalidInputError {
  const most = budgetWithin(hours)
  const limit = most > 0 ? `must be at most ${inHours(most)}` : 'cannot be kept'
  return new InvalidInputError(
    `outageBudget ${limit}, because ${reason}. For ${inHours(budget)}, raise that to ${validityFor(budget)} hours first.`,
    'outageBudget',
  )
}
