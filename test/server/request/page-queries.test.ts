/** Tests that the number of queries for a page does not depend on its number of rows. */
import { PrismaPg } from '@prisma/adapter-pg'
import { execute, parse } from 'graphql'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PrismaClient } from '#prisma/generated/client/client.ts'
import { createAccounts } from '#server/auth/accounts.ts'
import type { Auth } from '#server/auth/auth.ts'
import { systemClock } from '#server/clock.ts'
import { cliCaller } from '#server/identity/caller.ts'
import type { Context } from '#server/schema/context.ts'
import { schema } from '#server/schema/index.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { createNameReader } from '#server/services/entity/known-name.ts'
import { createPipelineService } from '#server/services/request/pipeline/pipelines.ts'
import { recordOnly } from '#server/services/write.ts'
import { startMigratedDatabase } from '#test/helpers/database.ts'
import { inFile } from '#test/helpers/in-file.ts'

let db: PrismaClient<'query'>
let queries: string[] = []
const COUNT = 12

const database = inFile(startMigratedDatabase)
beforeAll(async () => {
  const adapter = new PrismaPg({ connectionString: database.url, max: 1 })
  db = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] })
  db.$on('query', ({ query }) => queries.push(query))
  for (let n = 0; n < COUNT; n++) await addOneOfEach(n)
})
afterAll(() => db?.$disconnect())

/** Each row has related rows, which an inefficient list would load one at a time. */
async function addOneOfEach(n: number): Promise<void> {
  const [now, later] = [new Date(), new Date(Date.now() + 86_400_000)]
  const entityId = `https://rp${n}.example.org`
  const { id: subordinateId } = await db.subordinate.create({
    data: {
      entityId,
      entityTypes: ['openid_relying_party'],
      metadata: {},
      jwks: { keys: [] },
      entityConfiguration: 'e30.e30.e30',
      entityConfigurationExpiresAt: later,
      lastCheckedAt: now,
    },
  })
  const { id: trustMarkTypeId } = await db.trustMarkType.create({
    data: { type: `https://ta.example.org/marks/${n}`, pipeline: { create: {} } },
  })
  await db.organization.create({
    data: {
      name: `Organization ${n}`,
      homeSlug: 'main',
      contacts: { create: { role: 'SECURITY', email: `csirt@o${n}.example` } },
      anchors: { create: { anchorSlug: 'main' } },
    },
  })
  const mark = { jwt: 'e30.e30.e30', kid: 'k', issuedAt: now, expiresAt: later }
  const settings = { autorenew: true, validFor: 1, renewalTime: 0 }
  await db.trustMark.create({ data: { trustMarkTypeId, entityId, subordinateId, ...settings, ...mark } })
  const item = { resource: entityId, ok: true, sequence: 1, at: now }
  await db.run.create({
    data: {
      kind: 'SUBORDINATES',
      state: 'SUCCEEDED',
      startedBy: 'admin',
      endedAt: now,
      items: { create: item },
    },
  })
  await recordOnly(db, cliCaller('test'), {
    action: 'updateSubordinate',
    resource: entityId,
    before: { n },
    after: { n: n + 1 },
  })
  const user = {
    id: `u${n}`,
    name: `User ${n}`,
    email: `u${n}@example.org`,
    username: `u${n}`,
    role: 'viewer',
  }
  await db.user.create({ data: user })
  const times = { createdAt: now, updatedAt: now }
  for (const submittedBy of ['anna', 'olav'])
    await db.request.create({ data: { kind: 'REGISTER', entityId, submittedBy } })
  await db.apikey.create({
    data: { id: `k${n}`, key: `hash${n}`, referenceId: user.id, enabled: true, ...times },
  })
}

/** The parts of a request's context that lists read. */
function contextOf(): Context {
  const caller = cliCaller('test')
  const anchor = { slug: 'main', isFirst: true, db, entityId: 'https://ta.example.org', now: systemClock }
  const context = {
    ...anchor,
    ...{ caller, anchor, call: {} },
    anchors: { first: anchor, list: () => [{ slug: 'main' }] },
    isPending: async () => false,
    nameOf: createNameReader(db),
  }
  return context as unknown as Context // a resolver that reads more fails the test
}

async function costOf(document: string, first: number): Promise<{ cost: number; found: number }> {
  queries = []
  const result = await execute({
    schema,
    document: parse(document),
    variableValues: { first },
    contextValue: contextOf(),
  })
  expect(result).not.toHaveProperty('errors')
  const [list] = Object.values(result.data ?? {}) as { edges: unknown[] }[] // one list in each document
  return { cost: queries.length, found: list?.edges.length ?? 0 }
}

it.each([
  [
    'subordinates',
    'entityId state publication problem { code } organization { name } resolvedMetadata trustMarks { entityId state trustMarkType { type activeMarks } }',
  ],
  ['trustMarks', 'entityId state trustMarkType { type activeMarks } subordinate { displayName }'],
  ['trustMarkTypes', 'type activeMarks'],
  ['runs', 'kind state rate items(first: 5) { totalCount edges { node { resource } } }'],
  ['requests', 'entityId organizationName competing { id organizationName }'],
  ['organizations', 'name memberCount contacts { email }'],
  ['users', 'username role passkeyCount twoFactorEnabled'],
  ['apiKeys', 'name owner { username passkeyCount }'],
  ['auditEvents', 'action changes { path } resourceName'],
])('%s', async (list, fields) => {
  const document = `query ($first: Int) { ${list}(first: $first) { totalCount edges { node { ${fields} } } } }`
  const few = await costOf(document, 2)
  const many = await costOf(document, COUNT)
  expect([few.found, many.found]).toEqual([2, COUNT])
  expect(few.cost).toBeGreaterThan(0)
  expect(many.cost, queries.join('\n')).toBe(few.cost)
})

it('lists without pages need fewer queries than they have rows', async () => {
  const { id: organizationId } = await db.organization.findFirstOrThrow()
  const users = Array.from({ length: COUNT }, (_, n) => ({ organizationId, userId: `u${n}` }))
  await db.organizationUser.createMany({ data: users })
  // Lists read no sign-in, and nothing else of a context.
  const accounts = createAccounts({ db, auth: {} as Auth, now: systemClock })
  const pipelines = createPipelineService({ db } as unknown as ServiceContext)
  queries = []
  expect(await accounts.listMembers(organizationId)).toHaveLength(COUNT)
  expect(await pipelines.list()).toHaveLength(COUNT)
  expect(queries.length, queries.join('\n')).toBeLessThan(COUNT)
})
