/** Judges the Trust Marks that we issued, by our present keys and the present owners of their types (§7.3, §8.7.3). */
import { decodeJwt } from 'jose'
import { LRUCache } from 'lru-cache'
import type { EntityId } from '#core/entity-id.ts'
import { FederationError } from '#core/errors.ts'
import { getMember } from '#core/json.ts'
import { verifySignature } from '#core/jws.ts'
import type { JwkSet } from '#core/keys.ts'
import { checkDelegation, parseTrustMark, type TrustMarkStatus } from '#core/trust-mark/index.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import { isCurrent, type PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import type { TrustMarkHolder } from '#store/trust-mark-reader.ts'
import { describeMarkRules, type MarkRules } from './mark-rules.ts'

export type IssuedMarks = {
  /** The status of a mark that was issued and not revoked (§8.4.2). Invalid takes precedence over expired. */
  judge(jwt: string): Promise<Exclude<TrustMarkStatus, 'revoked'>>
  /** The latest mark of the type for the subject, if it is active (§8.6). */
  mark(type: string, subject: EntityId): Promise<PublishedJwt | undefined>
  /** Holders whose mark is not invalid, until mark or delegation expires. The same list until a change. */
  holders(type: string): Promise<readonly TrustMarkHolder[]>
}

type Options = {
  entityId: EntityId
  reader: Pick<Reader, 'entityConfiguration' | 'trustMark' | 'trustMarkHolders'>
  keys: () => KeyDirectory
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
  marks: WeakMap<PublishedJwt, Promise<Ends>>
  /** By the list of the reader. */
  holders: WeakMap<readonly TrustMarkHolder[], Promise<readonly TrustMarkHolder[]>>
}

export function createIssuedMarks({ entityId, reader, keys, now }: Options): IssuedMarks {
  let judgement: Judgement | undefined

  async function readJudgement(): Promise<Judgement> {
    const [directory, configuration] = [keys(), await reader.entityConfiguration()]
    const before = judgement?.rules
    if (judgement && before?.directory === directory && before.etag === configuration?.etag) return judgement
    judgement = {
      rules: describeMarkRules(entityId, directory, configuration),
      delegations: new LRUCache({ max: MAX_DELEGATIONS }),
      marks: new WeakMap(),
      holders: new WeakMap(),
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
      await verifySignature(mark, keys)
      const { iss, trust_mark_type: type, delegation, exp = Infinity } = mark.claims
      const end = iss === entityId ? await findEnd(type, delegation, current) : undefined
      return end === undefined ? undefined : { mark: exp, delegation: end }
    } catch (error) {
      return ignoreRefusal(error)
    }
  }

  /** Trusts the signatures of published marks, but not the keys: a list may have many. */
  async function select(type: string, all: readonly TrustMarkHolder[], current: Judgement) {
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
      const found =
        current.marks.get(published) ?? findEnds(published.jwt, current.rules.publishedJwks, current)
      current.marks.set(published, found)
      const ends = await found
      if (!ends) return undefined
      const end = Math.min(ends.mark, ends.delegation)
      const limited = { ...published, expires: end === Infinity ? undefined : end }
      return isCurrent(limited, now()) ? limited : undefined
    },
    async holders(type) {
      const [current, all] = await Promise.all([readJudgement(), reader.trustMarkHolders(type)])
      const selected = current.holders.get(all) ?? select(type, all, current)
      current.holders.set(all, selected)
      return selected
    },
  }
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
