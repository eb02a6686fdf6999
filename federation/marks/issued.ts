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
import { formatPages, type Page } from '#store/list-page.ts'
import { createPagedList, type PagedList } from '#store/paged-list.ts'
import { createPauses } from '#store/pause.ts'
import { isCurrent, type PublishedJwt } from '#store/published-jwt.ts'
import type { Reader } from '#store/reader.ts'
import {
  holderFormat,
  type IssuedTrustMark,
  type TrustMarkHolder,
  type UnusedTypes,
} from '#store/trust-mark-reader.ts'
import { createMemo, type Memo } from './memo.ts'
import { describeMarkRules, type MarkRules } from './rules.ts'

export type IssuedMarks = {
  /** The status of a mark that was issued and not revoked (§8.4.2). Invalid takes precedence over expired. */
  judge(jwt: string): Promise<Exclude<TrustMarkStatus, 'revoked'>>
  /** Whether marks of the type that the key signed may be valid: one that is not in use ends them all. */
  areInUse(type: string, kid: string): Promise<boolean>
  /** The latest mark of the type for the subject, if it is active (§8.6). */
  mark(type: string, subject: EntityId): Promise<PublishedJwt | undefined>
  /** Holders whose mark is not invalid, until mark or delegation expires. The same list until a change. */
  holders(type: string): Promise<PagedList<TrustMarkHolder>>
  /** The same of a part of the list of all holders of the type. */
  select(type: string, part: PagedList<TrustMarkHolder>): Promise<PagedList<TrustMarkHolder>>
  /** The results, if they are known without asking Redis. The mark may have expired. */
  peek: {
    mark(type: string, subject: EntityId): PublishedJwt | undefined
    holders(type: string): PagedList<TrustMarkHolder> | undefined
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

/** When a delegation ends: Infinity without one that is needed, undefined if it is not valid. */
type DelegationEnd = { at: number | undefined }

/** Marks of a type usually have one delegation. */
const MAX_DELEGATIONS = 10_000

/** What decides about a published mark, whose signature is trusted: access to Redis is permission to publish. */
type Facts = Pick<IssuedTrustMark, 'kid' | 'delegation' | 'expires'>

/** Results under the same rules. */
type Judgement = {
  rules: MarkRules
  delegations: LRUCache<string, { found: DelegationEnd | undefined; finding: Promise<DelegationEnd> }>
  /** By the list of the reader. */
  holders: Memo<PagedList<TrustMarkHolder>, PagedList<TrustMarkHolder>>
  /** By its pages: most are the same after a change. */
  pages: Memo<HolderPage, readonly HolderPage[]>
}

type HolderPage = Page<TrustMarkHolder>

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
      holders: createMemo(),
      pages: createMemo(),
    }
    return judgement
  }

  const delegationKey = (type: string, delegation: string | undefined) => `${type} ${delegation}`

  /** Undefined: it must be verified. */
  function knownEnd(type: string, delegation: string | undefined, { rules, delegations }: Judgement) {
    // The owner of a type that is not in use is not published.
    const isVerified = getMember(rules.owners, type) || (delegation && rules.types.has(type))
    return isVerified ? delegations.get(delegationKey(type, delegation))?.found : { at: readEnd(delegation) }
  }

  async function findEnd(type: string, delegation: string | undefined, current: Judgement) {
    const known = knownEnd(type, delegation, current)
    if (known) return known
    const key = delegationKey(type, delegation)
    const entry = current.delegations.get(key) ?? {
      found: undefined,
      finding: verifyEnd(type, delegation, current.rules),
    }
    current.delegations.set(key, entry)
    entry.found = await entry.finding
    return entry.found
  }

  async function verifyEnd(type: string, delegation: string | undefined, { owners }: MarkRules) {
    const claims = { iss: entityId, trust_mark_type: type, ...(delegation ? { delegation } : {}) }
    // Without times, so that the result stays the same.
    const options = { owners, allowHttp: true, now: 0, skew: Infinity }
    return { at: await checkDelegation(claims, options).catch(ignoreRefusal) }
  }

  async function findEnds(jwt: string, keys: JwkSet, current: Judgement): Promise<Ends> {
    try {
      const mark = parseTrustMark(jwt, { allowHttp: true })
      await verifySignature(mark, keys, null)
      const { iss, trust_mark_type: type, delegation, exp = Infinity } = mark.claims
      if (current.rules.unused.types.has(type)) return undefined
      const end = iss === entityId ? (await findEnd(type, delegation, current)).at : undefined
      return end === undefined ? undefined : { mark: exp, delegation: end }
    } catch (error) {
      return ignoreRefusal(error)
    }
  }

  /** The judgement, if the next call would use it without asking Redis. */
  function peekJudgement(): Judgement | undefined {
    const [configuration, unused] = [reader.peek.entityConfiguration(), reader.peek.unusedTrustMarkTypes()]
    if (!judgement || !configuration || !unused) return undefined
    return isUnder(judgement, keys(), configuration, unused) ? judgement : undefined
  }

  const mayBeValid = (type: string, { kid }: Pick<Facts, 'kid'>, { rules }: Judgement) =>
    !rules.unused.types.has(type) && rules.publishedKids.has(kid)

  async function select(type: string, all: PagedList<TrustMarkHolder>, current: Judgement) {
    const pause = createPauses()
    const pages: (readonly HolderPage[])[] = []
    for (const page of all.pages) {
      pages.push(await current.pages.read(page, () => selectOfPage(type, page, current)))
      await pause(page.length)
    }
    return createPagedList(pages.flat())
  }

  async function selectOfPage(type: string, page: HolderPage, current: Judgement) {
    const items = page.items()
    const ends = new Map<string | undefined, DelegationEnd>()
    for (const delegation of new Set(items.map((holder) => holder.delegation))) {
      ends.set(delegation, await findEnd(type, delegation, current))
    }
    const selected = items.flatMap((holder) => {
      const end = ends.get(holder.delegation)
      const limited = end && mayBeValid(type, holder, current) ? limit(holder, end) : undefined
      return limited ? [limited] : []
    })
    const isWhole = selected.length === items.length && selected.every((holder, at) => holder === items[at])
    return isWhole ? [page] : formatPages(selected, holderFormat)
  }

  return {
    async judge(jwt) {
      const current = await readJudgement()
      const ends = await findEnds(jwt, current.rules.jwks, current)
      if (!ends || ends.delegation <= now()) return 'invalid'
      return ends.mark <= now() ? 'expired' : 'active'
    },
    async areInUse(type, kid) {
      return mayBeValid(type, { kid }, await readJudgement())
    },
    async mark(type, subject) {
      const published = await reader.trustMark(type, subject)
      const current = peekJudgement() ?? (await readJudgement())
      if (!published || !mayBeValid(type, published, current)) return undefined
      const { delegation } = published
      const end = knownEnd(type, delegation, current) ?? (await findEnd(type, delegation, current))
      const limited = limit(published, end)
      return limited && isCurrent(limited, now()) ? limited : undefined
    },
    async holders(type) {
      const [current, all] = await Promise.all([readJudgement(), reader.trustMarkHolders(type)])
      return current.holders.read(all, () => select(type, all, current))
    },
    select: async (type, part) => select(type, part, await readJudgement()),
    peek: {
      mark(type, subject) {
        const published = reader.peek.trustMarksOf(subject)?.find((mark) => mark.type === type)
        const current = published && peekJudgement()
        if (!current || !mayBeValid(type, published, current)) return undefined
        const end = knownEnd(type, published.delegation, current)
        return end && limit(published, end)
      },
      holders(type) {
        const all = reader.peek.trustMarkHolders(type)
        return all && peekJudgement()?.holders.peek(all)
      },
    },
  }
}

/** Valid until mark or delegation ends. Undefined: the delegation is not valid. */
function limit<Mark extends Facts>(mark: Mark, { at }: DelegationEnd): Mark | undefined {
  if (at === undefined) return undefined
  return (mark.expires ?? Infinity) <= at ? mark : { ...mark, expires: at }
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
