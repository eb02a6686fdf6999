/** Finds the Trust Marks in stored configurations of members that a change of `trust_mark_issuers` ends (§7.3). */
import type { EntityStatementClaims } from '#core/entity-statement/index.ts'
import { isJsonEqual } from '#core/json.ts'
import { decodeJwt } from '#core/jws.ts'
import { isRecognizedTrustMark, type TrustMarkIssuers } from '#core/trust-mark/index.ts'
import { toUnix } from '#server/clock.ts'
import type { Settings } from '#server/database/typed-row.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { readActive, readClaims } from '#server/services/effect/member-rows.ts'
import type { PlannedState } from '#server/services/effect/planned-state.ts'
import { EXAMPLES } from '#server/services/effect/tally.ts'
import { visitAll } from '#server/services/effect/visit.ts'

type Context = Pick<ServiceContext, 'db' | 'entityId' | 'now'>
type Issuers = { before: TrustMarkIssuers; after: TrustMarkIssuers }
type Holders = { count: number; examples: string[] }

/** The members that stay, by Trust Mark type. Marks that this anchor issued have rows of their own. */
export async function unrecognizedMarks(
  { db, entityId: anchor, now }: Context,
  { settings = {}, members }: PlannedState,
  present: Settings,
): Promise<{ holders: ReadonlyMap<string, Holders>; isComplete: boolean }> {
  const holders = new Map<string, Holders>()
  const issuers = {
    before: present.trustMarkIssuers,
    after: settings.trustMarkIssuers ?? present.trustMarkIssuers,
  }
  if (isJsonEqual(issuers.before, issuers.after)) return { holders, isComplete: true }
  const at = toUnix(now())
  const isComplete = await visitAll(readActive(db), (row) => {
    if (members?.get(row.entityId)?.after === null) return
    const claims = readClaims(row)
    for (const type of claims ? endingTypes(claims, issuers, { anchor, at }) : []) {
      const found = holders.get(type) ?? { count: 0, examples: [] }
      holders.set(type, found)
      found.count += 1
      if (found.examples.length < EXAMPLES) found.examples.push(row.entityId)
    }
  })
  return { holders, isComplete }
}

function endingTypes(
  { trust_marks = [] }: EntityStatementClaims,
  { before, after }: Issuers,
  { anchor, at }: { anchor: string; at: number },
): Set<string> {
  const ending = trust_marks.filter(({ trust_mark_type, trust_mark }) => {
    const mark = decodeMark(trust_mark)
    if (!mark || mark.iss === anchor || (mark.exp !== undefined && mark.exp <= at)) return false
    const claims = { iss: mark.iss, trust_mark_type }
    return isRecognizedTrustMark(claims, before) && !isRecognizedTrustMark(claims, after)
  })
  return new Set(ending.map(({ trust_mark_type }) => trust_mark_type))
}

/** Null, if no verifier can read it. */
function decodeMark(jwt: string): { iss: string; exp: number | undefined } | null {
  try {
    const { iss, exp } = decodeJwt(jwt).claims
    return typeof iss === 'string' ? { iss, exp: typeof exp === 'number' ? exp : undefined } : null
  } catch {
    return null
  }
}
