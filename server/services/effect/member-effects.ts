/** Yields what a change does to each member under the statement of this anchor. */
import { type MetadataPolicy, parseMetadataPolicy } from '#core/metadata-policy/index.ts'
import { toUnix } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { parseField } from '#server/error/operation-error.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { BothFound, BothResolved } from '#server/services/effect/comparison.ts'
import { findKeyFault, findMissingKey } from '#server/services/effect/key-fault.ts'
import { type BothTerms, createMemberComparison } from '#server/services/effect/member-comparison.ts'
import { type MemberRow, type NamedRow, readActive, readNamed } from '#server/services/effect/member-rows.ts'
import {
  type Absence,
  keysAfter,
  type MemberTerms,
  type PlannedMember,
  type PlannedStates,
} from '#server/services/effect/planned-state.ts'
import type { ChainFault } from '#server/services/entity/chain-fault.ts'
import { refusedByChains } from '#server/services/subordinate/problem.ts'

export type MemberPage = { id: number; effect: BothResolved }[]
/** The settings now, and with the proposed policy. */
export type BothPolicies = { present: Settings; proposed: Settings }

/** `terms`: those of its direct chains. `effect` null: not known. */
export type MemberEffect = { row: MemberRow; terms: BothTerms; effect: BothResolved | null }
export type MemberComparison = ReturnType<typeof createMemberComparison>

type Context = Pick<ServiceContext, 'db' | 'entityId' | 'now'>

/** @throws InvalidInputError for a policy that is none */
export const parsePolicy = (given: unknown): MetadataPolicy =>
  parseField('policy', () => parseMetadataPolicy(given, { path: ['policy'], authoring: true }))

/** @throws InvalidInputError for a policy that is none */
export async function readBothPolicies(db: Database, given: unknown): Promise<BothPolicies> {
  const metadataPolicy = parsePolicy(given)
  const present = await readSettings(db)
  return { present, proposed: { ...present, metadataPolicy } }
}

/** Only the policy differs. Yields pages of active members in the order of the keys, after this one. */
export async function* memberEffects(
  context: Context,
  { present, proposed }: BothPolicies,
  after = 0,
): AsyncGenerator<MemberPage> {
  const comparison = createMemberComparison(context, { before: present, after: proposed })
  for await (const rows of readActive(context.db, after))
    yield rows.flatMap((row) => {
      const terms = row.terms ?? ''
      const effect = comparison.reduced(row, { before: terms, after: terms })
      return isBoth(effect) ? [{ id: row.id, effect }] : []
    })
}

/**
 * Yields the members that a plan can affect, in pages: all active ones, if it changes every statement. `others`: untouched
 * ones with an Intermediate above them that it touches.
 */
export async function* plannedMemberEffects(
  context: Context,
  states: PlannedStates,
  comparison: MemberComparison,
  others: readonly string[],
): AsyncGenerator<MemberEffect[]> {
  const { members, isWide } = states
  const examine = createExaminer(context, states, comparison)
  for await (const rows of readNamed(context.db, [...new Set([...members.keys(), ...others])]))
    yield await Promise.all(
      rows.map((row) => examine.touched(row, members.get(row.entityId) ?? { after: {} })),
    )
  if (!isWide) return
  for await (const rows of readActive(context.db))
    yield rows.filter(({ entityId }) => !members.has(entityId)).map(examine.untouched)
}

function createExaminer(context: Context, { absence }: PlannedStates, comparison: MemberComparison) {
  const { entityId: anchor, now } = context

  function examine(row: MemberRow, terms: BothTerms, faults: BothFaults): MemberEffect {
    const direct = { before: faults.before ? null : terms.before, after: faults.after ? null : terms.after }
    const found = comparison.reduced(row, direct)
    return { row, terms: direct, effect: isBoth(found) ? found : withFaults(found, faults) }
  }

  return {
    untouched(row: MemberRow): MemberEffect {
      const terms = row.terms ?? ''
      const missing = findMissingKey(row.entityConfiguration, row.kids, anchor)
      const { before, after } = faultsOf(row, absence, anchor)
      const faults = { before: before ?? missing, after: after ?? missing }
      return examine(row, { before: terms, after: terms }, faults)
    },

    async touched(row: NamedRow, { after: planned }: PlannedMember): Promise<MemberEffect> {
      const terms = { before: termsText(row), after: termsText({ ...row, ...planned }) }
      const member = { ...row, terms: terms.before, kids: [] }
      const faults = faultsOf(row, absence, anchor)
      // The configuration that failed then is not stored.
      if (planned?.jwks !== undefined && isRefusedForKeys(row) && !absence.after(row))
        return { row: member, terms, effect: null }
      const [before, after] = await Promise.all(
        [row.jwks, planned ? keysAfter(row, planned) : row.jwks].map((jwks) =>
          findKeyFault(row.entityConfiguration, jwks, { anchor, now: toUnix(now()) }),
        ),
      )
      return examine(member, terms, {
        before: faults.before ?? before ?? null,
        after: faults.after ?? after ?? null,
      })
    },
  }
}

type BothFaults = { before: ChainFault | null; after: ChainFault | null }

/** Why its own chain ends on each side. */
function faultsOf(row: MemberRow | NamedRow, absence: PlannedStates['absence'], anchor: string): BothFaults {
  const [before, after] = [absence.before(row), absence.after(row)]
  const refused = toRefusal(row.failingCode)
  return {
    before: before ? toFault(before, anchor) : refused,
    after: after ? toFault(after, anchor) : refused,
  }
}

/** Third parties refused its configuration when it was fetched last: the stored one is no longer what they see. */
function toRefusal(code: string | null): ChainFault | null {
  if (code === null || !refusedByChains.includes(code)) return null
  return { name: 'STATEMENT', message: 'Its Entity Configuration failed when it was checked last.' }
}

const isRefusedForKeys = ({ failingCode }: NamedRow) => failingCode === 'KEYS' || failingCode === 'SIGNATURE'

const reasons: Record<Absence, (anchor: string) => string> = {
  INACTIVE: (anchor) => `It is not an active subordinate of ${anchor}.`,
  EXPIRED: () => 'Its Subordinate Statement has expired.',
  DEACTIVATED: () => 'It is deactivated.',
  REMOVED: () => 'It is removed.',
}
const toFault = (absence: Absence, anchor: string): ChainFault => ({
  name: 'STATEMENT',
  message: reasons[absence](anchor),
})

type Statement = Omit<MemberTerms, 'active' | 'jwks' | 'requiredTrustMarks'>

function termsText({ forcedMetadata, metadataPolicy, constraints, additionalClaims }: Statement): string {
  return JSON.stringify({ forcedMetadata, metadataPolicy, constraints, additionalClaims })
}

export const isBoth = (found: BothFound): found is BothResolved =>
  found.before !== null && found.after !== null

/** Sides without a chain have a fault. Null: a side has neither. */
export function withFaults(found: BothFound, faults: BothFaults): BothResolved | null {
  const both = {
    before: found.before ?? (faults.before && { metadata: null, fault: faults.before }),
    after: found.after ?? (faults.after && { metadata: null, fault: faults.after }),
  }
  return isBoth(both) ? both : null
}
