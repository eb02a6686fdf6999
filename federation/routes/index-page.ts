/** Serves the index page for browsers. */
import type { FastifyInstance } from 'fastify'
import { endpointNames } from '#core/endpoint.ts'
import type { Part } from '#store/list-page.ts'
import { findNextExpiry, type PagedList, selectCurrent } from '#store/paged-list.ts'
import { isCurrent } from '#store/published-jwt.ts'
import type { Subordinate } from '#store/subordinate-reader.ts'
import { rememberLists } from '../http/body-cache.ts'
import { INDEX_PATH } from '../http/served-paths.ts'
import { buildContentSecurityPolicy } from '../page/frame.ts'
import { type IndexPage, renderIndexPage } from '../page/render.ts'
import type { Deps } from './deps.ts'
import { isServed } from './endpoint.ts'

const policy = buildContentSecurityPolicy({ form: false })

export function indexPageRoute(app: FastifyInstance, deps: Deps) {
  const count = createCounter()
  app.get(INDEX_PATH, async ({ originalUrl }, reply) => {
    const [path = ''] = originalUrl.split('?', 1)
    if (!path.endsWith('/')) return reply.redirect(`${path}/`, 308) // the links of the page are relative
    reply.header('content-security-policy', policy)
    reply.header('referrer-policy', 'no-referrer')
    return reply.type('text/html; charset=utf-8').send(renderIndexPage(await describePage(deps, count)))
  })
}

async function describePage(
  { entityId, version, reader, now, ownMetadata }: Deps,
  count: ReturnType<typeof createCounter>,
): Promise<IndexPage> {
  const [configuration, subordinates, summary, own] = await Promise.all([
    reader.entityConfiguration(),
    reader.subordinates(),
    reader.summary(),
    ownMetadata(),
  ])
  const current = await count(subordinates, now())
  return {
    entityId,
    version,
    organizationName: readOrganizationName(own),
    endpoints: endpointNames.filter((name) => isServed(name, own)),
    validUntil: configuration && isCurrent(configuration, now()) ? configuration.expires : undefined,
    counts: [
      { label: 'Immediate Subordinates', value: current.all, note: describeKinds(current.kinds) },
      { label: 'Trust Mark types', value: summary.trustMarkTypes.length },
      {
        label: 'Trust Marks issued',
        value: summary.trustMarksIssued,
        note: 'including expired and revoked ones',
      },
      {
        label: 'Entities in the federation',
        value: summary.collection.entities,
        note: 'as found by the last crawl',
      },
    ],
    example: {
      entityId,
      subordinate: current.first,
      trustMarkType: summary.trustMarkTypes[0],
      hasHistoricalKeys: summary.hasHistoricalKeys,
      hasCollection: summary.collection.lastUpdated !== undefined,
    },
  }
}

const kinds: readonly { one: string; many: string; includes(each: Subordinate): boolean }[] = [
  { one: 'provider', many: 'providers', includes: (each) => each.entityTypes.includes('openid_provider') },
  {
    one: 'relying party',
    many: 'relying parties',
    includes: (each) => each.entityTypes.includes('openid_relying_party'),
  },
  { one: 'intermediate', many: 'intermediates', includes: (each) => each.isIntermediate },
]

type Counts = {
  all: number
  /** In the order of `kinds`. */
  kinds: readonly number[]
  first: string | undefined
}

/** Counts a page of the list again only when it is replaced: anyone may ask for the index page at any rate. */
function createCounter(): (subordinates: PagedList<Subordinate>, now: number) => Promise<Counts> {
  const known = new WeakMap<object, Counts>()
  let last: { isFrom: ReturnType<typeof rememberLists>; until: number; counts: Promise<Counts> } | undefined

  async function count(subordinates: PagedList<Subordinate>, now: number): Promise<Counts> {
    const sum = { all: 0, kinds: kinds.map(() => 0), first: undefined as string | undefined }
    for await (const part of selectCurrent(subordinates, now)) {
      const counts = known.get(part) ?? countPart(part)
      known.set(part, counts)
      sum.all += counts.all
      sum.kinds = sum.kinds.map((total, at) => total + (counts.kinds[at] ?? 0))
      sum.first ??= counts.first
    }
    return sum
  }

  return (subordinates, now) => {
    if (last && last.until > now && last.isFrom([subordinates])) return last.counts
    const counts = count(subordinates, now)
    last = { isFrom: rememberLists([subordinates]), until: findNextExpiry([subordinates], now), counts }
    return counts
  }
}

function countPart(part: Part<Subordinate>): Counts {
  const items = part.items()
  const counted = kinds.map(({ includes }) => items.filter(includes).length)
  return { all: items.length, kinds: counted, first: items[0]?.id }
}

function describeKinds(counts: readonly number[]): string {
  const counted = kinds.map(({ one, many }, at) => {
    const number = counts[at] ?? 0
    return `${number} ${number === 1 ? one : many}`
  })
  return counted.join(', ')
}

/** The Trust Anchor's own name (§5.2.2). */
function readOrganizationName({ organization_name: name }: Record<string, unknown>): string | undefined {
  return typeof name === 'string' && name !== '' ? name : undefined
}
