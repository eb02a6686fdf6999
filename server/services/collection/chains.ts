/** Builds the Trust Chains of collected entities from what a crawl stored and from our own registrations (§10.1). */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { toUnix } from '#server/clock.ts'
import type { Subordinate } from '#server/database/typed-row.ts'
import { subordinateStatementClaims } from '#server/publish/build.ts'
import type { AnchorState } from '#server/services/collection/anchor-state.ts'
import { type EntityClaims, type StatementClaims, unpackEntity } from '#server/services/collection/claims.ts'
import { createSuperiors, type Link, type Superior } from '#server/services/collection/superiors.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { type ChainFault, type Resolved, resolveContent } from '#server/services/entity/chain-fault.ts'

/** As in a resolver (§18.1). */
const MAX_DEPTH = 10
const MAX_CHAINS = 10
const MAX_STEPS = 200

/** A way up: the links from the subject to a member of ours. */
type Way = { subject: string; links: (Link & { claims: StatementClaims })[] }

/** What is above an entity. */
export type Superiors = {
  /** Entities with the same key have the same statements above them, but for the `sub` of the first. */
  key: string
  /** From the Immediate Superior's on. @throws FederationError, if our policies contradict each other */
  build(): EntityStatement[]
}
export type FoundChains = {
  own: EntityStatement
  /** The shortest first. */
  chains: Superiors[]
  /** Why others end. */
  faults: ChainFault[]
  /** The Intermediate that is first on the preferred chain, or else the first that lists the entity. */
  superior: string | null
}
export type CollectedRow = { entityId: string; claims: Uint8Array | null }

/** What a crawl kept of an entity. */
export type Collected = { entityId: string; claims: EntityClaims; links: readonly Link[] }

export type ChainSource = ReturnType<typeof createChainSource>

/** For one pass over the entities of a crawl. */
export function createChainSource(
  { db, entityId: anchor, now }: Pick<ServiceContext, 'db' | 'entityId' | 'now'>,
  crawlId: number,
) {
  const at = toUnix(now())
  const superiors = createSuperiors({ db, crawlId, at })

  const ownStatements = new WeakMap<AnchorState, WeakMap<Subordinate, EntityStatement>>()

  function statementAbout(subordinate: Subordinate, state: AnchorState): EntityStatement {
    const { settings } = state
    const known = ownStatements.get(state) ?? new WeakMap<Subordinate, EntityStatement>()
    ownStatements.set(state, known)
    const claims = () => subordinateStatementClaims({ entityId: anchor, settings, subordinate, now: at })
    const statement = known.get(subordinate) ?? toStatement(claims())
    known.set(subordinate, statement)
    return statement
  }

  function toSuperiors({ way, row }: FoundWay, state: AnchorState): Superiors {
    return {
      key: keyOf(way, row, state),
      build: () => {
        const member = state.memberOf(row)
        return [...toStatements(way, at), ...(member ? [statementAbout(member, state)] : [])]
      },
    }
  }

  /** `others`: states whose ways may be the same. */
  async function walk(
    { entityId: subject, claims, links: first }: Collected,
    state: AnchorState,
    others: readonly AnchorState[],
  ): Promise<Walk> {
    const found: FoundWay[] = []
    const faults: ChainFault[] = []
    let steps = 0
    let isShared = true

    async function climb(way: Way, links: readonly Link[], kid: string): Promise<void> {
      for (const link of links) {
        if (++steps > MAX_STEPS || found.length >= MAX_CHAINS || way.links.length >= MAX_DEPTH - 1) return
        const below = way.links.at(-1)?.superior ?? way.subject
        const fault = findLinkFault(link, below, kid)
        if (fault) faults.push(fault)
        if (fault || !link.claims || isOnWay(way, link.superior)) continue
        const longer: Way = { subject, links: [...way.links, { ...link, claims: link.claims }] }
        const superior = await superiors.of(link.superior)
        const end = findEnd(superior, link.claims.kid, state)
        isShared &&= others.every((other) => isSameEnd(end, findEnd(superior, link.claims?.kid ?? '', other)))
        if (superior.row && end === null) found.push({ way: longer, row: superior.row })
        else if (end !== null && end !== 'FOREIGN') faults.push(end)
        else if (superior.links.length === 0) faults.push(toMissingFault(link.superior, anchor))
        await climb(longer, superior.links, link.claims.kid)
      }
    }

    await climb({ subject, links: [] }, first, claims.kid)
    found.sort((a, b) => a.way.links.length - b.way.links.length)
    return { found, faults, isShared }
  }

  /** Why no chain ends at a superior: it is no member, or our statement leaves out its key. Null: one does. */
  function findEnd(superior: Superior, kid: string, state: AnchorState): ChainFault | 'FOREIGN' | null {
    const row = superior.row && state.memberOf(superior.row)
    return row ? superiors.findKeyFault({ ...superior, row }, kid, anchor) : 'FOREIGN'
  }

  return {
    /** In the order of the rows. Null: the crawl kept too little of the entity. */
    async of(rows: readonly CollectedRow[]): Promise<(Collected | null)[]> {
      const links = await superiors.readLinks(rows.map(({ entityId }) => entityId))
      return rows.map(({ entityId, claims }) =>
        claims ? { entityId, claims: unpackEntity(claims), links: links.get(entityId) ?? [] } : null,
      )
    },

    /** In the order of the states. */
    async find<States extends readonly AnchorState[]>(
      collected: Collected,
      ...states: States
    ): Promise<{ [Index in keyof States]: FoundChains }> {
      const own = toConfiguration(collected.entityId, collected.claims, at)
      const walks: Walk[] = []
      for (const [index, state] of states.entries()) {
        const [first] = walks
        walks.push(first?.isShared ? first : await walk(collected, state, states.slice(index + 1)))
      }
      const results = walks.map(({ found, faults }, index): FoundChains => {
        const state = states[index]
        return {
          own,
          chains: state ? found.map((each) => toSuperiors(each, state)) : [],
          faults,
          superior: found[0]?.way.links[0]?.superior ?? collected.links[0]?.superior ?? null,
        }
      })
      return results as { [Index in keyof States]: FoundChains } // one for each state
    },
  }
}

type FoundWay = { way: Way; row: Subordinate }
/** `isShared`: with the states that were compared. */
type Walk = { found: FoundWay[]; faults: ChainFault[]; isShared: boolean }

const isSameEnd = (one: ChainFault | 'FOREIGN' | null, other: ChainFault | 'FOREIGN' | null) =>
  one === other || (typeof one === 'object' && typeof other === 'object' && one?.message === other?.message)

/** Names count where a constraint may refuse an Intermediate or name one in its message. */
function keyOf({ links }: Way, row: Subordinate, state: AnchorState): string {
  const member = state.memberOf(row) ?? row
  const isNamed =
    links.some(({ claims }) => claims.constraints) ||
    [state.settings, member].some(({ constraints }) => constraints?.naming_constraints)
  const names = isNamed ? links.map(({ superior }) => superior) : []
  return [...links.map(({ claims }) => rulesText(claims)), termsText(member), ...names].join('\n')
}

const rulesText = remembered(({ kid, kids, ...rules }: StatementClaims) => JSON.stringify(rules))
const termsText = remembered(({ metadataPolicy, constraints, additionalClaims }: Subordinate) =>
  JSON.stringify([metadataPolicy, constraints, additionalClaims]),
)

/** Computes the text of an object once. */
function remembered<Item extends object>(toText: (item: Item) => string): (item: Item) => string {
  const known = new WeakMap<Item, string>()
  return (item) => {
    const text = known.get(item) ?? toText(item)
    known.set(item, text)
    return text
  }
}

/** An entity resolves if one of its chains does; otherwise the preferred chain is at fault. Null: not known. */
export function resolveFound(found: Pick<FoundChains, 'own' | 'chains' | 'faults'> | null): Resolved | null {
  if (!found) return null
  const faults: ChainFault[] = []
  for (const { build } of found.chains) {
    const resolved = resolveContent(() => [found.own, ...build()])
    if (!resolved.fault) return resolved
    faults.push(resolved.fault)
  }
  const [fault] = [...faults, ...found.faults]
  return fault ? { metadata: null, fault } : null
}

function findLinkFault({ superior, claims, refusal }: Link, below: string, kid: string): ChainFault | null {
  if (refusal !== null) {
    const message = `A third party refuses the statement of ${superior} about ${below}: ${refusal}`
    return { name: 'STATEMENT', message }
  }
  if (!claims || claims.kids.includes(kid)) return null
  const message = `${below} signs with the key ${kid}, which the statement of ${superior} about it does not list.`
  return { name: 'KEYS', message }
}

function toMissingFault(superior: string, anchor: string): ChainFault {
  const message = `${superior} is not an active subordinate of ${anchor}, so no Trust Chain leads through it.`
  return { name: 'STATEMENT', message }
}

function isOnWay({ subject, links }: Way, entityId: string): boolean {
  return subject === entityId || links.some(({ superior }) => superior === entityId)
}

const times = (now: number) => ({ iat: now, exp: now + 1, jwks: { keys: [] } })

/** From the subject upwards. Only their content is examined; the crawl verified the signatures. */
function toStatements({ subject, links }: Way, now: number): EntityStatement[] {
  let below = subject
  return links.map(({ superior, claims: { kid, kids, ...claims } }) => {
    const statement = toStatement({ ...times(now), ...claims, iss: superior, sub: below })
    below = superior
    return statement
  })
}

const toConfiguration = (subject: string, { metadata }: EntityClaims, now: number): EntityStatement =>
  toStatement({ ...times(now), iss: subject, sub: subject, ...(metadata ? { metadata } : {}) })

const toStatement = (claims: EntityStatement['claims']): EntityStatement => ({
  jwt: '',
  header: { alg: 'none', kid: '', typ: '' },
  claims,
})
