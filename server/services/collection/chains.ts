/** Builds the Trust Chains of collected entities from what a crawl stored and from our own registrations (§10.1). */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import { toUnix } from '#server/clock.ts'
import { type Settings, type Subordinate, typedSubordinate } from '#server/database/typed-row.ts'
import { subordinateStatementClaims } from '#server/publish/build.ts'
import {
  type EntityClaims,
  type StatementClaims,
  unpackEntity,
  unpackStatement,
} from '#server/services/collection/claims.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { type ChainFault, type Resolved, resolveContent } from '#server/services/entity/chain-fault.ts'

/** As in a resolver (§18.1). */
const MAX_DEPTH = 10
const MAX_CHAINS = 10
const MAX_STEPS = 200
/** Superiors in memory. Others are read again. */
const MAX_SUPERIORS = 2_000

type Link = { superior: string; claims: StatementClaims | null; refusal: string | null }
type Superior = { member: Subordinate | null; links: Link[] }
/** A way up: the links from the subject to a member of ours. */
type Way = { subject: string; links: (Link & { claims: StatementClaims })[] }

export type ChainBuilder = (settings: Settings) => EntityStatement[]
export type FoundChains = {
  /** The shortest first. Each may throw a FederationError, if our policies contradict each other. */
  chains: ChainBuilder[]
  /** Why others end. */
  faults: ChainFault[]
  /** The Intermediate that is first on the preferred chain, or else the first that lists the entity. */
  superior: string | null
}
export type CollectedRow = { entityId: string; claims: Uint8Array | null }

export type ChainSource = ReturnType<typeof createChainSource>

/** For one pass over the entities of a crawl: a superior is read once, while there is room. */
export function createChainSource(
  { db, entityId: anchor, now }: Pick<ServiceContext, 'db' | 'entityId' | 'now'>,
  crawlId: number,
) {
  const at = toUnix(now())
  const superiors = new Map<string, Promise<Superior>>()
  const ownStatements = new Map<Settings, Map<string, EntityStatement>>()

  async function readLinks(entityIds: readonly string[]): Promise<Map<string, Link[]>> {
    const rows = await db.collectedStatement.findMany({
      where: { crawlId, entityId: { in: [...entityIds] } },
      orderBy: [{ entityId: 'asc' }, { superior: 'asc' }],
    })
    const links = new Map(entityIds.map((id): [string, Link[]] => [id, []]))
    for (const { entityId, superior, claims, refusal } of rows)
      links.get(entityId)?.push({ superior, claims: claims && unpackStatement(claims), refusal })
    return links
  }

  function superiorOf(entityId: string): Promise<Superior> {
    const known = superiors.get(entityId)
    if (known) return known
    if (superiors.size >= MAX_SUPERIORS) {
      superiors.clear()
      ownStatements.clear()
    }
    const found = Promise.all([
      db.subordinate.findUnique({ where: { entityId, active: true } }),
      readLinks([entityId]),
    ]).then(([row, links]) => ({ member: row && typedSubordinate(row), links: links.get(entityId) ?? [] }))
    superiors.set(entityId, found)
    return found
  }

  function statementAbout(member: Subordinate, settings: Settings): EntityStatement {
    const known = ownStatements.get(settings) ?? new Map<string, EntityStatement>()
    ownStatements.set(settings, known)
    const claims = () =>
      subordinateStatementClaims({ entityId: anchor, settings, subordinate: member, now: at })
    const statement = known.get(member.entityId) ?? toStatement(claims())
    known.set(member.entityId, statement)
    return statement
  }

  async function find(subject: string, own: EntityClaims, first: readonly Link[]): Promise<FoundChains> {
    const found: { way: Way; member: Subordinate }[] = []
    const faults: ChainFault[] = []
    let steps = 0

    async function climb(way: Way, links: readonly Link[], kid: string): Promise<void> {
      for (const link of links) {
        if (++steps > MAX_STEPS || found.length >= MAX_CHAINS || way.links.length >= MAX_DEPTH - 1) return
        const below = way.links.at(-1)?.superior ?? way.subject
        const fault = findLinkFault(link, below, kid)
        if (fault) faults.push(fault)
        if (fault || !link.claims || isOnWay(way, link.superior)) continue
        const longer: Way = { subject: way.subject, links: [...way.links, { ...link, claims: link.claims }] }
        const { member, links: further } = await superiorOf(link.superior)
        if (member) found.push({ way: longer, member })
        else if (further.length === 0) faults.push(toMissingFault(link.superior, anchor))
        await climb(longer, further, link.claims.kid)
      }
    }

    await climb({ subject, links: [] }, first, own.kid)
    found.sort((a, b) => a.way.links.length - b.way.links.length)
    return {
      chains: found.map(({ way, member }) => (settings) => [
        ...toStatements(way, own, at),
        statementAbout(member, settings),
      ]),
      faults,
      superior: found[0]?.way.links[0]?.superior ?? first[0]?.superior ?? null,
    }
  }

  return {
    /** In the order of the rows. Null: the crawl kept too little of the entity. */
    async of(rows: readonly CollectedRow[]): Promise<(FoundChains | null)[]> {
      const links = await readLinks(rows.map(({ entityId }) => entityId))
      return Promise.all(
        rows.map(({ entityId, claims }) =>
          claims ? find(entityId, unpackEntity(claims), links.get(entityId) ?? []) : null,
        ),
      )
    },
  }
}

/** An entity resolves if one of its chains does; otherwise the preferred chain is at fault. Null: not known. */
export function resolveFound(found: FoundChains | null, settings: Settings): Resolved | null {
  if (!found) return null
  const faults: ChainFault[] = []
  for (const build of found.chains) {
    const resolved = resolveContent(() => build(settings))
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

/** From the subject upwards. Only their content is examined; the crawl verified the signatures. */
function toStatements({ subject, links }: Way, { metadata }: EntityClaims, now: number): EntityStatement[] {
  const times = { iat: now, exp: now + 1, jwks: { keys: [] } }
  let below = subject
  const above = links.map(({ superior, claims: { kid, kids, ...claims } }) => {
    const statement = toStatement({ ...times, ...claims, iss: superior, sub: below })
    below = superior
    return statement
  })
  return [toStatement({ ...times, iss: subject, sub: subject, ...(metadata ? { metadata } : {}) }), ...above]
}

const toStatement = (claims: EntityStatement['claims']): EntityStatement => ({
  jwt: '',
  header: { alg: 'none', kid: '', typ: '' },
  claims,
})
