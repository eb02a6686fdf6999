/** Compares how members resolve under their statements before and after a change, from their stored configurations. */
import { type EntityStatement, parseEntityStatement } from '#core/entity-statement/index.ts'
import { toUnix } from '#server/clock.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { subordinateStatementClaims } from '#server/publish/build.ts'
import type { Superiors } from '#server/services/collection/chains.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { type BothFound, type Comparison, createComparison } from '#server/services/effect/comparison.ts'
import { type MemberRow, readClaims, type Terms, termsOf } from '#server/services/effect/member-rows.ts'
import { remembering } from '#server/services/effect/remembering.ts'

/** Limit memory: beyond them, results are computed again. */
const MAX_TERMS = 200
const MAX_RESULTS = 10_000

/** The settings on both sides. */
export type BothSettings = { before: Settings; after: Settings }
/** The terms on both sides as JSON; empty: none; null: there is no statement. */
export type BothTerms = { before: string | null; after: string | null }

type Context = Pick<ServiceContext, 'entityId' | 'now'>

const ABSENT = '-'

export function createMemberComparison(context: Context, settings: BothSettings) {
  const remember = remembering<Comparison>(MAX_TERMS)
  const results = remembering<BothFound>(MAX_RESULTS)
  const chainsOf = (terms: string | null, side: Settings) =>
    terms === null ? [] : [ownStatement(termsOf(terms), side, context)]
  const comparison = ({ before, after }: BothTerms) =>
    remember(`${before ?? ABSENT}\n${after ?? ABSENT}`, () => {
      const chains = { before: chainsOf(before, settings.before), after: chainsOf(after, settings.after) }
      return createComparison(chains, results)
    })

  function complete(row: MemberRow, terms: BothTerms): BothFound {
    const read = () => parseEntityStatement(row.entityConfiguration, { allowHttp: true })
    return comparison(terms).complete(read, row.entityId)
  }
  return {
    /** With all of its metadata. */
    complete,
    /** Metadata without what makes no difference. */
    reduced(row: MemberRow, terms: BothTerms): BothFound {
      const claims = readClaims(row)
      if (!claims) return complete(row, terms)
      const { sub, metadata = {} } = claims
      return comparison(terms).reduced({ sub, entityId: row.entityId, metadata })
    },
  }
}

/** Without keys and signature, because only its content is examined. */
function ownStatement(terms: Terms, settings: Settings, { entityId: anchor, now }: Context): Superiors {
  const subordinate = { ...terms, entityId: anchor, jwks: { keys: [] }, validFor: null }
  const input = { entityId: anchor, settings, subordinate, now: toUnix(now()) }
  const build = (): EntityStatement[] => [
    { jwt: '', header: { alg: '', kid: '', typ: '' }, claims: subordinateStatementClaims(input) },
  ]
  return { key: '', build }
}
