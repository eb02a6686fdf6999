/** Tests that the number of queries for a list of the REST API does not depend on its number of rows. */
import { PrismaPg } from '@prisma/adapter-pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PrismaClient } from '#prisma/generated/client/client.ts'
import { createAccounts } from '#server/auth/accounts.ts'
import type { Auth } from '#server/auth/auth.ts'
import { systemClock } from '#server/clock.ts'
import { listOrganizations } from '#server/rest/organization-body.ts'
import { listRequests } from '#server/rest/request-body.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { createPipelineService } from '#server/services/request/pipeline/pipelines.ts'
import { startMigratedDatabase, type TestDatabase } from '#test/helpers/database.ts'

const COUNT = 100
let database: TestDatabase
let db: PrismaClient<'query'>
let queries: string[] = []

beforeAll(async () => {
  database = await startMigratedDatabase()
  const adapter = new PrismaPg({ connectionString: database.url, max: 1 })
  db = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] })
  db.$on('query', ({ query }) => queries.push(query))
})
afterAll(async () => {
  await db?.$disconnect()
  await database?.close()
})

/** Organizations, requests, people of the first organization and pipelines, up to a number. */
async function fill(from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    const { id: organizationId } = await db.organization.create({
      data: {
        name: `Organization ${n}`,
        homeSlug: 'main',
        contacts: { create: { role: 'SECURITY', email: `csirt@o${n}.example` } },
        anchors: { create: { anchorSlug: 'main' } },
      },
    })
    const entityId = `https://rp${n}.example.org`
    await db.request.create({ data: { kind: 'REGISTER', entityId, organizationId, submittedBy: `u${n}` } })
    const type = `https://ta.example.org/marks/${n}`
    await db.trustMarkType.create({ data: { type, pipeline: { create: {} } } })
    const first = await db.organization.findFirstOrThrow({ orderBy: { id: 'asc' } })
    await db.user.create({
      data: {
        id: `u${n}`,
        name: `User ${n}`,
        email: `u${n}@example.org`,
        organizations: { create: { organizationId: first.id } },
      },
    })
  }
}

const range = { limit: COUNT, offset: 0 }
const lists: Readonly<Record<string, () => Promise<unknown[]>>> = {
  organizations: () => listOrganizations(db, {}, range),
  requests: () => listRequests(db, {}, range),
  people: async () => {
    // Lists read no sign-in.
    const accounts = createAccounts({ db, auth: {} as Auth, now: systemClock })
    return accounts.listMembers((await db.organization.findFirstOrThrow({ orderBy: { id: 'asc' } })).id)
  },
  // Lists read nothing else of the context.
  pipelines: () => createPipelineService({ db } as unknown as ServiceContext).list(),
}

async function costs(): Promise<Record<string, [rows: number, queries: number]>> {
  const found: Record<string, [number, number]> = {}
  for (const [name, list] of Object.entries(lists)) {
    queries = []
    const rows = await list()
    found[name] = [rows.length, queries.length]
  }
  return found
}

it('costs the same for 2 and for 100 rows', { timeout: 90_000 }, async () => {
  await fill(0, 2)
  const few = await costs()
  await fill(2, COUNT)
  const many = await costs()
  for (const name of Object.keys(lists)) {
    expect([few[name]?.[0], many[name]?.[0]], name).toEqual([2, COUNT])
    expect(few[name]?.[1], name).toBeGreaterThan(0)
    expect(many[name]?.[1], name).toBe(few[name]?.[1])
  }
})
