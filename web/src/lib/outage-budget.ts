/** Describes whether what is published keeps the outage budget, and what does not. */
import { kindInWords } from '#lib/exported.ts'
import { count, hoursInWords, relativeTime } from '#lib/format.ts'
import type { OutageBudgetFragment, ShortfallReason } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

type Shortfall = OutageBudgetFragment['shortfalls'][number]

const reasons: Record<ShortfallReason, (many: string) => string> = {
  NOT_RENEWED: (many) => `${many} not renewed in time`,
  TOO_SHORT: (many) => `${many} with a shorter validity`,
  FILES_OLD: () => 'the files are older than what is published',
  NOT_AUTOMATIC: (many) => `${many} without automatic renewal`,
  HAS_PROBLEM: (many) => `${many} with a problem that prevents renewal`,
  KEY_ENDS: (many) => `${many} whose last key ends`,
  DELEGATION_ENDS: (many) => `${many} whose delegation ends`,
  CHAIN_ENDS: () =>
    'each ends with the first statement of its chain, often the Entity Configuration that the member signs',
}

function describe({ kind, reason, count: many, endsAt }: Shortfall, now: Date): string {
  const end = new Date(endsAt)
  const verb = end <= now ? 'expired' : 'expires'
  const first = many === 1 ? 'It' : 'The first'
  const finding = reasons[reason](count(many ?? 0))
  return `${kindInWords(kind).label}: ${finding}. ${first} ${verb} ${relativeTime(end, now)}.`
}

export type BudgetWords = {
  tone: Tone
  title: string
  /** What does not keep it. */
  findings: string[]
  /** What expires before, and no setting lengthens. */
  exceptions: string[]
}

/** Null: there is no budget. */
export function budgetInWords(budget: OutageBudgetFragment | null, now: Date): BudgetWords | null {
  if (!budget) return null
  const { hours, isKept, shortfalls } = budget
  const inWords = (isCounted: boolean) =>
    shortfalls.filter((each) => each.isCounted === isCounted).map((each) => describe(each, now))
  return {
    tone: isKept ? 'success' : 'warning',
    title: `Outage budget: ${hoursInWords(hours)}, ${isKept ? 'kept' : 'not kept'}`,
    findings: inWords(true),
    exceptions: inWords(false),
  }
}
