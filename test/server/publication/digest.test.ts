/** Tests the digests by which Redis is compared with the database. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { openDriftRepair } from '#test/helpers/drift.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { statementsInFile } from '#test/helpers/statements.ts'
import { register } from '#test/helpers/subordinate.ts'

const admin = adminInFile()
const federation = inFile(() => below(admin.entityId).leaf().start())
const drift = inFile(() => openDriftRepair(admin))
const statementsOf = statementsInFile()
const nothing = { missing: 0, unexpected: 0, different: 0 }
let [id, entityId] = ['', '']

beforeAll(async () => {
  const { leaf } = federation
  entityId = leaf.id
  ;({ id } = await register(admin, leaf))
})

const wrong = () =>
  admin.server.db
    .$queryRaw`SELECT "entityId" FROM "Subordinate" WHERE "statementDigest" IS DISTINCT FROM sha256(convert_to("statement", 'UTF8'))
    OR "configurationDigest" IS DISTINCT FROM sha256(convert_to("entityConfiguration", 'UTF8'))`

const valuesRead = async () =>
  (await statementsOf(drift.repair)).filter((text) => /"entityConfiguration",\s+"statement"/.test(text))
    .length

it('follow each change of the values, by the server or in the database', async () => {
  expect(await admin.server.db.subordinate.count()).toBe(1)
  expect(await wrong()).toEqual([])
  await admin.mutate('updateSubordinate', { id, validFor: 100 }, 'id')
  expect(await wrong()).toEqual([])
  const data = { statement: 'a.b.c', entityConfiguration: 'd.e.f' }
  const before = await admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId } })
  await admin.server.db.subordinate.update({ where: { entityId }, data })
  expect(await wrong()).toEqual([])
  const { statement, entityConfiguration } = before
  await admin.server.db.subordinate.update({
    where: { entityId },
    data: { statement, entityConfiguration },
  })
})

it('are in the row, where a comparison of a million members reads them', async () => {
  const columns = await admin.server.db.$queryRaw<{ storage: string }[]>`
    SELECT "attstorage"::text AS "storage" FROM "pg_attribute"
    WHERE "attrelid" = '"Subordinate"'::regclass AND "attname" IN ('statementDigest', 'configurationDigest')`
  expect(columns.map(({ storage }) => storage)).toEqual(['p', 'p'])
})

it('spare the values of members that Redis has as they are', async () => {
  expect(await drift.repair()).toEqual(nothing)
  expect(await valuesRead()).toBe(0)
  await admin.redis.client.hset('inmor:subordinates:jwt', entityId, 'a.b.c')
  expect(await valuesRead()).toBeGreaterThan(0)
  expect(await drift.repair()).toEqual(nothing)
})

it('are not needed for members that an earlier version wrote', async () => {
  const { db } = admin.server
  await db.$executeRaw`ALTER TABLE "Subordinate" DISABLE TRIGGER USER`
  await db.$executeRaw`UPDATE "Subordinate" SET "statementDigest" = NULL, "configurationDigest" = NULL`
  await db.$executeRaw`ALTER TABLE "Subordinate" ENABLE TRIGGER USER`
  expect(await wrong()).toEqual([{ entityId }])
  expect(await valuesRead()).toBe(0)
  expect(await drift.repair()).toEqual(nothing)
  await admin.redis.client.hset('inmor:subordinates', entityId, 'a.b.c')
  expect(await drift.repair()).toEqual({ ...nothing, different: 1 })
  expect(await drift.repair()).toEqual(nothing)
})
