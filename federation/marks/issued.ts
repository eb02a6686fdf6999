/** Judges the Trust Marks that we issued, by our present keys and the present owners of their types (§7.3, §8.7.3). */
import { decodeJwt } from 'jose'
import { LRUCache } from 'lru-cache'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { getMember } from '#core/json.ts'
import { verifySignature } from '#core/jws.ts'
import type { JwkSet } from '#core/keys.ts'
import { checkDelegation, parseTrustMark, type TrustMarkStatus } from '#core/trust-mark/index.ts'
import type { KeySets } from '#store/key-directory.ts'
import { isCurrent, type PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import type { TrustMarkHolder, UnusedTypes } from '#store/trust-mark-reader.ts'
import { createMemo, type Memo } from './memo.ts'
import { describeMarkRules, type MarkRules } from './rules.ts'

export type IssuedMarks = {
  /** The status of a mark that was issued and not revoked (§8.4.2). Invalid takes precedence over expired. */
  judge(jwt: string): Promise<Exclude<TrustMarkStatus, 'revoked'>>
  /** The latest mark of the type for the subject, if it is active (§8.6). */
  mark(type: string, subject: EntityId): Promise<PublishedJwt | undefined>
  /** Holders whose mark is not invalid, until mark or delegation expires. The same list until a change. */
  holders(type: string): Promise<readonly TrustMarkHolder[]>
  /** The last results, if they would be the same without asking Redis. The mark may have expired. */
  peek: {
    mark(type: string, subject: EntityId): PublishedJwt | undefined
    holders(type: string): readonly TrustMarkHolder[] | undefined
  }
}

type Options = {
  entityId: EntityId
  reader: Pick<
    Reader,
    'entityConfiguration' | 'unusedTrustMarkTypes' | 'trustMark' | 'trustMarkHolders' | 'peek'
  >
  keys: () => KeySets
  /** Unix seconds. */
  now: () => number
}

/** The `exp` of a valid mark and of its delegation; Infinity without. Undefined: the mark is invalid. */
type Ends = { mark: number; delegation: number } | undefined

/** Marks of a type usually have one delegation. */
const MAX_DELEGATIONS = 10_000

/** Results under the same rules. */
type Judgement = {
  rules: MarkRules
  delegations: LRUCache<string, Promise<{ end: number | undefined }>>
  marks: Memo<PublishedJwt, PublishedJwt | undefined>
  /** By the list of the reader. */
  holders: Memo<readonly TrustMarkHolder[], readonly TrustMarkHolder[]>
}

export function createIssuedMarks({ entityId, reader, keys, now }: Options): IssuedMarks {
  let judgement: Judgement | undefined

  async function readJudgement(): Promise<Judgement> {
    const directory = keys()
    const [configuration, unused] = await Promise.all([
      reader.entityConfiguration(),
      reader.unusedTrustMarkTypes(),
    ])
    if (judgement && isUnder(judgement, directory, configuration, unused)) return judgement
    judgement = {
      rules: describeMarkRules(entityId, directory, configuration, unused, now()),
      delegations: new LRUCache({ max: MAX_DELEGATIONS }),
      marks: createMemo(),
      holders: createMemo(),
    }
    return judgement
  }

  /** When a delegation ends: Infinity without one that is needed, undefined if it is not valid. */
  async function findEnd(type: string, delegation: string | undefined, { rules, delegations }: Judgement) {
    // The owner of a type that is not in use is not published.
    if (!getMember(rules.owners, type) && !(delegation && rules.types.has(type))) return readEnd(delegation)
    const key = `${type} ${delegation}`
    const found = delegations.get(key) ?? verifyEnd(type, delegation, rules)
    delegations.set(key, found)
    return (await found).end
  }

  async function verifyEnd(type: string, delegation: string | undefined, { owners }: MarkRules) {
    const claims = { iss: entityId, trust_mark_type: type, ...(delegation ? { delegation } : {}) }
    // Without times, so that the result stays the same.
    const options = { owners, allowHttp: true, now: 0, skew: Infinity }
    return { end: await checkDelegation(claims, options).catch(ignoreRefusal) }
  }

  async function findEnds(jwt: string, keys: JwkSet, current: Judgement): Promise<Ends> {
    try {
      const mark = parseTrustMark(jwt, { allowHttp: true })
      await verifySignature(mark, keys, null)
      const { iss, trust_mark_type: type, delegation, exp = Infinity } = mark.claims
      if (current.rules.unused.types.has(type)) return undefined
      const end = iss === entityId ? await findEnd(type, delegation, current) : undefined
      return end === undefined ? undefined : { mark: exp, delegation: end }
    } catch (error) {
      return ignoreRefusal(error)
    }
  }

  /** With the earlier end of mark and delegation. Undefined: the mark is invalid. */
  async function limit(published: PublishedJwt, current: Judgement): Promise<PublishedJwt | undefined> {
    const ends = await findEnds(published.jwt, current.rules.publishedJwks, current)
    if (!ends) return undefined
    const end = Math.min(ends.mark, ends.delegation)
    return { ...published, expires: end === Infinity ? undefined : end }
  }

  /** The judgement, if the next call would use it without asking Redis. */
  function peekJudgement(): Judgement | undefined {
    const [configuration, unused] = [reader.peek.entityConfiguration(), reader.peek.unusedTrustMarkTypes()]
    if (!judgement || !configuration || !unused) return undefined
    return isUnder(judgement, keys(), configuration, unused) ? judgement : undefined
  }

  /** Trusts the signatures of published marks, but not the keys: a list may have many. */
  async function select(type: string, all: readonly TrustMarkHolder[], current: Judgement) {
    if (current.rules.unused.types.has(type)) return []
    const kids = new Set(current.rules.publishedJwks.keys.map(({ kid }) => kid))
    const ends = new Map<string | undefined, number | undefined>()
    for (const delegation of new Set(all.map((holder) => holder.delegation))) {
      ends.set(delegation, await findEnd(type, delegation, current))
    }
    return all.flatMap((holder) => {
      const end = ends.get(holder.delegation)
      if (end === undefined || !kids.has(holder.kid)) return []
      return [(holder.expires ?? Infinity) <= end ? holder : { ...holder, expires: end }]
    })
  }

  return {
    async judge(jwt) {
      const current = await readJudgement()
      const ends = await findEnds(jwt, current.rules.jwks, current)
      if (!ends || ends.delegation <= now()) return 'invalid'
      return ends.mark <= now() ? 'expired' : 'active'
    },
    async mark(type, subject) {
      const published = await reader.trustMark(type, subject)
      if (!published) return undefined
      const current = await readJudgement()
      const limited = await current.marks.read(published, () => limit(published, current))
      return limited && isCurrent(limited, now()) ? limited : undefined
    },
    async holders(type) {
      const [current, all] = await Promise.all([readJudgement(), reader.trustMarkHolders(type)])
      return current.holders.read(all, () => select(type, all, current))
    },
    peek: {
      mark(type, subject) {
        const published = reader.peek.trustMark(type, subject)
        return published && peekJudgement()?.marks.peek(published)
      },
      holders(type) {
        const all = reader.peek.trustMarkHolders(type)
        return all && peekJudgement()?.holders.peek(all)
      },
    },
  }
}

function isUnder(
  { rules }: Judgement,
  directory: KeySets,
  configuration: PublishedJwt | undefined,
  { key }: UnusedTypes,
) {
  return rules.directory === directory && rules.etag === configuration?.etag && rules.unused.key === key
}

function readEnd(delegation: string | undefined): number | undefined {
  if (delegation === undefined) return Infinity
  try {
    return decodeJwt(delegation).exp ?? Infinity
  } catch {
    return undefined
  }
}

function ignoreRefusal(error: unknown): undefined {
  if (error instanceof FederationError) return undefined
  throw error
}
