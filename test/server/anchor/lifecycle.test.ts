/** The life of a further anchor, as the public sees it: created, served, paused, resumed and removed. */
import { hash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { beforeAll, expect, it } from 'vitest'
import { unpack } from '#server/publish/history/bundle.ts'
import { adminInFile, startSecondAdmin } from '#test/helpers/admin.ts'
import { below } from '#test/helpers/federation.ts'

type Place = { bytes: Uint8Array; start: number; size: number }

const never = (): never => {
  throw new Error('Nothing is kept.')
}

const CONFIGURATION = '/.well-known/openid-federation'

let entityId: string
const admin = adminInFile()
beforeAll(async () => {
  entityId = `${admin.entityId}/edu`
})

const as = (name: string, input: object, selection = 'slug') => admin.mutate(name, input, selection, 'admin')
const served = async (path: string) => (await fetch(`${entityId}${path}`)).status

it('is served with its own keys and members within seconds', async () => {
  const created = await as('createTrustAnchor', {
    slug: 'edu',
    entityId,
    displayName: 'Education',
    alg: 'ES384',
  })
  expect(created).toMatchObject({ slug: 'edu' })
  await expect.poll(() => served(CONFIGURATION)).toBe(200)
  const own = decodeJwt(await (await fetch(`${entityId}${CONFIGURATION}`)).text())
  expect(own).toMatchObject({ iss: entityId, jwks: { keys: [{ alg: 'ES384' }] } })
  expect(decodeJwt(await (await admin.get(CONFIGURATION)).text()).iss).toBe(admin.entityId)
  const { data } = await admin.execute(
    '{ trustAnchor(anchor: "edu") { reachability { reachable message } } }',
    {},
    'admin',
  )
  expect(data?.trustAnchor.reachability).toMatchObject({ reachable: true })

  const { leaf, close } = await below(entityId).leaf().start()
  const { id } = await as('registerSubordinate', { anchor: 'edu', entityId: leaf.id }, 'id')
  await expect.poll(() => served(`/fetch?sub=${leaf.id}`)).toBe(200)
  expect((await admin.get('/fetch', { sub: leaf.id })).status).toBe(404)
  await close()

  expect(await as('removeTrustAnchor', { anchor: 'edu' })).toMatchObject({ code: 'CONFLICT' })
  await as('removeSubordinate', { id }, '')
})

it('answers 503 while it is paused, and the others serve', async () => {
  await as('pauseTrustAnchor', { anchor: 'edu' })
  await expect.poll(() => served(CONFIGURATION)).toBe(503)
  expect((await admin.get(CONFIGURATION)).status).toBe(200)
  expect(await as('pauseTrustAnchor', { anchor: 'edu' })).toMatchObject({ code: 'CONFLICT' })
  await as('resumeTrustAnchor', { anchor: 'edu' })
  await expect.poll(() => served(CONFIGURATION)).toBe(200)
})

it('is gone after its removal, with everything in the database and in Redis but what it published', async () => {
  const published = Buffer.from(await (await fetch(`${entityId}${CONFIGURATION}`)).arrayBuffer())
  expect(await as('removeTrustAnchor', { anchor: 'main' })).toMatchObject({ code: 'CONFLICT' })
  const shared = await as('createOrganization', { anchor: 'edu', name: 'Shared' }, 'id')
  await as('admitOrganization', { id: shared.id, to: 'main' }, 'id')
  for (const anchor of ['edu', 'main'])
    await as('createOrganization', { anchor, name: `Only in ${anchor}` }, 'id')
  expect(await as('removeTrustAnchor', { anchor: entityId })).toMatchObject({ slug: 'edu' })
  const left = await admin.server.installation.organization.findMany({ orderBy: { name: 'asc' } })
  expect(left.map(({ name }) => name)).toEqual(['Only in main', 'Shared'])
  await expect.poll(() => served(CONFIGURATION)).toBe(404)
  expect(await admin.redis.client.keys('*edu*')).toEqual([])
  const schemas = await admin.server.installation.$queryRaw<{ name: string; tables: string[] }[]>`
    SELECT nspname AS "name", array_agg(relname::text ORDER BY relname) AS "tables"
    FROM pg_namespace JOIN pg_class ON relnamespace = pg_namespace.oid
    WHERE nspname LIKE '%edu%' AND relkind IN ('r', 'v') GROUP BY nspname`
  expect(schemas).toEqual([
    {
      name: expect.stringMatching(/^removed_edu_\d{13}$/),
      tables: ['ContentBundle', 'ObjectContent', 'PastObject', 'PublishedObject'],
    },
  ])
  const tables = ['PastObject', 'ObjectContent', 'ContentBundle'].map(
    (name) => `"${schemas[0]?.name}"."${name}"`,
  )
  const [{ bytes, start, size } = never()] = await admin.server.installation.$queryRawUnsafe<Place[]>(
    `SELECT "bytes", "start", "size" FROM ${tables[0]} JOIN ${tables[1]} USING ("hash")
      JOIN ${tables[2]} AS bundle ON bundle."id" = "bundleId"
      WHERE "hash" = $1 AND "until" > (now() AT TIME ZONE 'UTC') - interval '1 minute'`,
    hash('sha256', published, 'buffer'),
  )
  expect(unpack(bytes, { start, size })).toEqual(published)
  const again = await as(
    'createTrustAnchor',
    { slug: 'edu', entityId, displayName: 'Again' },
    'slug signingKey { alg }',
  )
  expect(again).toMatchObject({ slug: 'edu', signingKey: { alg: 'ES384' } })
})

it('is created again after a removal that was interrupted', async () => {
  const { installation } = admin.server
  await installation.$executeRaw`CREATE SCHEMA "anchor_late"`
  const late = { slug: 'late', entityId: `${admin.entityId}/late`, displayName: 'Late' }
  expect(await as('createTrustAnchor', late)).toMatchObject({ slug: 'late' })
})

it('comes and goes in every process', async () => {
  const second = await startSecondAdmin(admin)
  const running = () => second.anchors.list().flatMap(({ running }) => running?.slug ?? [])
  expect(running()).toEqual(['main', 'edu', 'late'])
  await as('removeTrustAnchor', { anchor: 'late' })
  await expect.poll(running).toEqual(['main', 'edu'])
  await second.close()
})
