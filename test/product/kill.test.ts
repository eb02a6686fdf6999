/** Tests that SIGKILL loses no acknowledged change at any time. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import type { AdminClient } from '#server/demo/admin-client.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import {
  connectAdmin,
  eventually,
  type Installation,
  type Product,
  prepareInstallation,
  startProduct,
} from '#test/helpers/product.ts'
import { descendants, survivors } from '#test/helpers/program.ts'
import { mutate } from './mutation.ts'

/** How often each product is killed while it writes. */
const KILLS = Number(process.env.KILLS ?? 1)
/** Simultaneous mutations, some of which the kill interrupts. */
const WRITERS = 4

/** Creates Trust Mark types until the product is killed; answers with those that were acknowledged when the connection broke. */
async function createTypes(admin: AdminClient, prefix: string, acknowledged: string[]): Promise<void> {
  try {
    for (let n = 0; n < 10_000; n++) {
      const type = `${prefix}/${n}`
      await mutate(admin, 'createTrustMarkType', { type }, 'type')
      acknowledged.push(type)
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error // fetch: the connection is gone
  }
}

/** Kills the product when it acknowledges a registration, during other writes. */
async function killWhileWriting(product: Product, admin: AdminClient, entity: TestEntity, types: string[]) {
  const children = await descendants(product.pid)
  const prefix = `https://ta.example/${product.pid}`
  const writers = Array.from({ length: WRITERS }, (_, n) => createTypes(admin, `${prefix}/${n}`, types))
  const registration = mutate(admin, 'registerSubordinate', { entityId: entity.id }, 'entityId')
  await Promise.all([...writers, registration.then(() => product.kill('SIGKILL'))])
  expect(await product.ended).toEqual({ code: null, signal: 'SIGKILL' })
  await eventually(async () => expect(await survivors(children)).toEqual([]))
}

async function listTypes(admin: AdminClient): Promise<string[]> {
  const types: string[] = []
  let after: string | null = null
  while (types.length < 100_000) {
    const { trustMarkTypes }: TypesPage = await admin(
      'query ($after: String) { trustMarkTypes(first: 100, after: $after) { nodes: edges { node { type } } pageInfo { hasNextPage endCursor } } }',
      { after },
    )
    types.push(...trustMarkTypes.nodes.map(({ node }) => node.type))
    if (!trustMarkTypes.pageInfo.hasNextPage) return types
    after = trustMarkTypes.pageInfo.endCursor
  }
  throw new Error('the pages of Trust Mark types lead in a circle')
}
type TypesPage = {
  trustMarkTypes: {
    nodes: { node: { type: string } }[]
    pageInfo: { hasNextPage: boolean; endCursor: string | null }
  }
}

/** Kills it as if its publisher had taken its lease for an hour. */
async function killWithLease(product: Product, { dataDirectory }: Installation): Promise<void> {
  const running = JSON.parse(await readFile(join(dataDirectory, 'running.json'), 'utf8'))
  const client = new pg.Client({ connectionString: running.parts.databaseUrl })
  client.on('error', () => {}) // the database ends with the product
  await client.connect()
  const lease = await client.query(
    `UPDATE "PublisherLease" SET "holder" = 'killed', "expiresAt" = now() AT TIME ZONE 'utc' + interval '1 hour'`,
  )
  expect(lease.rowCount).toBe(1)
  product.kill('SIGKILL')
  await product.ended
}

test.each([
  ['a redis-server child', false],
  ['an emulation in this process', true],
])(
  'keeps acknowledged changes after every kill and waits for no lease of a killed publisher, with %s',
  { tags: 'fault/process-killed' },
  async (redis, isHidden) => {
    const installation = await prepareInstallation()
    const { federationUrl, dataDirectory } = installation
    const empty = join(dataDirectory, '..', 'no-programs')
    await mkdir(empty)
    const environment = isHidden ? { PATH: empty } : {}
    const entities: TestEntity[] = []
    const types: string[] = []

    let product = await startProduct(installation, environment)
    expect(product.stdout()).toContain(redis)
    const admin = await connectAdmin(installation)
    for (let round = 0; round < KILLS; round++) {
      const entity = await startEntity({ authorityHints: [federationUrl], metadata: relyingParty })
      entities.push(entity)
      await killWhileWriting(product, admin, entity, types)
      product = await startProduct(installation, environment)
    }

    // A start would wait for an hour, or publish nothing.
    if (!isHidden) {
      await killWithLease(product, installation)
      product = await startProduct(installation, environment)
    }

    expect(await listTypes(admin)).toEqual(expect.arrayContaining(types))
    const ids = entities.map(({ id }) => id).sort()
    expect(await (await fetch(`${federationUrl}/list`)).json()).toEqual(ids)
    for (const { id } of entities) expect((await fetch(`${federationUrl}/fetch?sub=${id}`)).status).toBe(200)
    expect(types.length).toBeGreaterThan(KILLS)
    expect(await product.stop()).toEqual({ code: 0, signal: null })
    await Promise.all(entities.map((entity) => entity.close()))
  },
)
