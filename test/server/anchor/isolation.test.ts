/**
 * Nothing of an anchor is found or changed through another one (10-anchors, rule 1): every query, mutation, subscription
 * and REST route is called for one anchor with the ids of another. A new one without a row in these tables fails.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { schemaOf, scopedNames } from '#prisma/anchor-schema.ts'
import { schema } from '#server/schema/index.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile, standIn } from '#test/helpers/in-file.ts'
import { restInFile } from '#test/helpers/rest.ts'
import { subscribe } from '#test/helpers/subscription.ts'
import { documentOf } from './isolation-document.ts'
import { fillAnchor } from './isolation-fill.ts'
import { type Filled, MARK, mutations, queries, subscriptions } from './isolation-rows.ts'

let entityId: string
let first: Filled
let other: Filled

const admin = adminInFile()
const input = { slug: 'test', entityId: 'http://test.example.org', displayName: 'Test' }
const federation = inFile(() =>
  below(admin.entityId)
    .leaf({ authorityHints: [admin.entityId, input.entityId] })
    .start(),
)
beforeAll(async () => {
  expect(await admin.mutate('createTrustAnchor', input, 'slug', 'admin')).toMatchObject({ slug: 'test' })
  for (const { running } of admin.server.anchors.list())
    await running?.db.schedule.updateMany({ data: { enabled: false } })
  entityId = federation.leaf.id
  first = await fillAnchor(admin, { anchor: 'main', mark: MARK, entityId })
  other = await fillAnchor(admin, { anchor: 'test', mark: 'only-in-test', entityId })
})

const scoped = (type: ReturnType<typeof schema.getQueryType>) =>
  Object.values(type?.getFields() ?? {}).filter(({ extensions }) => !extensions.ofInstallation)

it.each([
  ['query', schema.getQueryType(), queries],
  ['mutation', schema.getMutationType(), mutations],
  ['subscription', schema.getSubscriptionType(), subscriptions],
] as const)('has a row for every %s', (_kind, type, rows) => {
  const names = scoped(type).map(({ name }) => name)
  expect(names.sort()).toEqual(Object.keys(rows).sort())
})

async function call(anchor: string, document: string): Promise<string> {
  const response = await fetch(`${admin.adminUrl}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-graphql-yoga-csrf': '1',
      'x-api-key': admin.keys.admin,
      'inmor-anchor': anchor,
    },
    body: JSON.stringify({ query: document }),
  })
  return response.text()
}

/** Everything in the tables of the first anchor, and what it has published. */
async function stateOfFirst(): Promise<string> {
  const { installation, anchors } = admin.server
  const tables = scopedNames.other.filter((name) => !changesByItself.includes(name))
  const rows = await Promise.all(
    tables.map((name) => {
      const schema = scopedNames.first.includes(name) ? schemaOf('main') : 'public'
      return installation.$queryRawUnsafe(
        `SELECT to_json(t)::text AS row FROM "${schema}"."${name}" t ORDER BY 1`,
      )
    }),
  )
  const published = await admin.redis.client.hgetall(anchors.first.publishing.keys.subordinates)
  return JSON.stringify([rows, published])
}

/** Tables that publication and workers write without a change by anyone, and the view of the slug. */
const changesByItself = ['PublisherLease', 'CurrentAnchor', 'OutboxEntry', 'SubordinateCheck']

async function settle(): Promise<void> {
  await expect
    .poll(
      async () => {
        const counts = await Promise.all(
          admin.server.anchors
            .list()
            .map(async ({ running }) =>
              running
                ? (await running.db.outboxEntry.count()) +
                  (await running.db.run.count({ where: { endedAt: null } }))
                : 0,
            ),
        )
        return counts.reduce((sum, count) => sum + count, 0)
      },
      { timeout: 20_000 },
    )
    .toBe(0)
}

describe('a query', () => {
  it('of the first anchor shows its own texts', async () => {
    const documents = ['subordinates', 'trustMarkTypes', 'trustAnchor', 'runs', 'auditEvents']
    for (const name of documents)
      expect(await call('main', documentOf('query', name, queries[name]?.(first) ?? {})), name).toContain(
        MARK,
      )
  })

  it.each(Object.keys(queries))('%s finds nothing of the other anchor', async (name) => {
    const own = await call('test', documentOf('query', name, queries[name]?.(other) ?? {}))
    expect(own).not.toMatch(/"errors"|"message":"There is no anchor/)
    for (const ids of [first, other]) {
      const answer = await call('test', documentOf('query', name, queries[name]?.(ids) ?? {}))
      expect(answer).not.toContain(MARK)
    }
  })
})

describe('a mutation', () => {
  it.each(Object.keys(mutations))(
    '%s changes nothing of the other anchor',
    { timeout: 30_000 },
    async (name) => {
      await settle()
      const before = await stateOfFirst()
      const answer = await call('test', documentOf('mutation', name, mutations[name]?.(first) ?? {}))
      expect(answer).not.toContain(MARK)
      expect(answer).not.toMatch(
        /"code":"(GRAPHQL_PARSE_FAILED|GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT|INTERNAL_SERVER_ERROR)"|"extensions":\{"code":"INVALID_INPUT"/,
      )
      await settle()
      expect(await stateOfFirst()).toBe(before)
    },
  )
})

describe('a subscription', () => {
  it.each(Object.keys(subscriptions))(
    '%s tells nothing of the other anchor',
    { timeout: 30_000 },
    async (name) => {
      const document = documentOf('subscription', name, { ...subscriptions[name]?.(first), anchor: 'test' })
      const { results } = await subscribe(admin.adminUrl, admin.keys.admin, document)
      for (const anchor of ['main', 'test']) {
        const tag = anchor === 'main' ? MARK : 'only-in-test'
        const { subordinate } = anchor === 'main' ? first : other
        await admin.mutate(
          'updateSubordinate',
          { anchor, id: subordinate, note: `${tag} ${name}` },
          'id',
          'admin',
        )
        const change = { anchor, action: 'RENEW', subordinates: { filter: {} }, dryRun: true, reason: tag }
        await admin.mutate('startSubordinateChange', change, 'id', 'admin')
        await settle()
      }
      const ownEvents = ['changed', 'auditEventRecorded', 'runsChanged', 'subordinateChanged'].includes(name)
      if (ownEvents) await expect.poll(() => results.length).toBeGreaterThan(0)
      expect(JSON.stringify(results)).not.toContain(MARK)
      if (name === 'runsChanged') expect(JSON.stringify(results)).not.toContain(`"${first.run}"`)
    },
  )
})

describe('a REST route', async () => {
  const methods = ['get', 'post', 'put']
  const rest = restInFile(admin)
  const document = standIn(() => rest.document)

  it('of another anchor finds and changes nothing of the first one', async () => {
    const paths = Object.entries(document.paths).flatMap(([path, operations]) =>
      methods.filter((method) => method in operations).map((method) => [method, path] as const),
    )
    expect(paths.length).toBeGreaterThan(18)
    // A valid body of every route that changes what has an id.
    const valid = { active: false, domain: entityId }
    const before = await stateOfFirst()
    for (const [method, path] of paths) {
      // The second anchor has no object of this number, and the first one has.
      const place = path.replace('/api/v1', '/api/v1/anchors/test').replace('{id}', '1')
      const response = await fetch(`${admin.adminUrl}${place}`, {
        method,
        headers: { 'x-api-key': admin.keys.admin, 'content-type': 'application/json' },
        ...(method === 'get' ? {} : { body: JSON.stringify(valid) }),
      })
      expect(await response.text(), `${method} ${place}`).not.toContain(MARK)
      expect(response.status, `${method} ${place}`).not.toBe(500)
    }
    await settle()
    expect(await stateOfFirst()).toBe(before)
  })

  it('of an anchor without a role is not found', async () => {
    for (const [anchor, status] of [
      ['test', 404],
      ['none', 404],
      ['main', 200],
    ] as const) {
      const response = await fetch(`${admin.adminUrl}/api/v1/anchors/${anchor}/subordinates`, {
        headers: { 'x-api-key': admin.keys.operator },
      })
      expect(response.status).toBe(status)
    }
  })
})
