/** Tests the renewal by a run: it applies the changes of the entity, and nothing else. */
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import { jobCaller } from '#server/identity/caller.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, relyingPartyNamed, type TestEntity } from '#test/helpers/entity.ts'
import { registerLeaf, servedStatement } from '#test/helpers/subordinate.ts'

/** For an entity that hangs. */
const PATIENCE_MS = 5_000

const admin = adminInFile({ fetchLimits: { totalTimeout: PATIENCE_MS } })

const caller = jobCaller('test')
const rowOf = ({ id: entityId }: TestEntity) =>
  admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId } })
const entriesOf = ({ id: resource }: TestEntity) =>
  admin.server.db.auditEvent.findMany({ where: { resource }, orderBy: { id: 'asc' } })

async function refresh(leaf: TestEntity) {
  return admin.server.services.subordinates.refresh(caller, (await rowOf(leaf)).id)
}

it('keeps version, statement and audit log when nothing has changed', async () => {
  const { leaf } = await registerLeaf(admin)
  await admin.server.publisher.flush(10_000)
  const [before, statement] = [await rowOf(leaf), await servedStatement(admin, leaf.id)]
  const configuration = await admin.redis.client.hget('inmor:subordinates:jwt', leaf.id)

  expect((await refresh(leaf)).differences).toEqual([])
  const after = await rowOf(leaf)
  expect(after).toMatchObject({ version: 1, updatedAt: before.updatedAt, statement: before.statement })
  expect(after.lastCheckedAt.getTime()).toBeGreaterThan(before.lastCheckedAt.getTime())
  expect(await entriesOf(leaf)).toHaveLength(1)
  expect(await servedStatement(admin, leaf.id)).toEqual(statement)
  const published = await admin.redis.client.hget('inmor:subordinates:jwt', leaf.id)
  expect(published).toBe(after.entityConfiguration)
  expect(published).not.toBe(configuration)
})

it('signs a statement past half its lifetime again, though nothing has changed', async () => {
  const { leaf } = await registerLeaf(admin)
  const hour = 3_600_000
  const data = {
    statementIssuedAt: new Date(Date.now() - 2 * hour),
    statementExpiresAt: new Date(Date.now() + hour),
  }
  await admin.server.db.subordinate.update({ where: { entityId: leaf.id }, data })
  await refresh(leaf)
  const after = await rowOf(leaf)
  expect(after.version).toBe(1)
  expect(after.statementExpiresAt?.getTime()).toBeGreaterThan(data.statementExpiresAt.getTime())
  expect(await servedStatement(admin, leaf.id)).toEqual(decodeJwt(after.statement ?? ''))
})

it('applies the changes of the entity, and records the difference', async () => {
  const { leaf } = await registerLeaf(admin)
  leaf.options.metadata = relyingPartyNamed('Another name')
  expect((await refresh(leaf)).differences).toEqual([
    {
      path: ['metadata', 'openid_relying_party', 'client_name'],
      before: 'Test Relying Party',
      after: 'Another name',
    },
  ])
  expect(await rowOf(leaf)).toMatchObject({ version: 2, displayName: 'Another name' })
  const [, renewal] = await entriesOf(leaf)
  expect(renewal).toMatchObject({
    action: 'renewSubordinate',
    actor: 'job:test',
    eventTypes: ['metadata_update'],
    before: { metadata: relyingParty },
    after: { metadata: leaf.options.metadata },
  })
})

it('keeps metadata that an operator recorded by hand', async () => {
  const { leaf, id } = await registerLeaf(admin)
  await admin.server.db.subordinate.update({
    where: { entityId: leaf.id },
    data: { metadataFollowsEntity: false },
  })
  leaf.options.metadata = relyingPartyNamed('A name without approval')
  expect((await refresh(leaf)).differences).toEqual([])
  expect(await rowOf(leaf)).toMatchObject({ version: 1, metadata: relyingParty })
  await admin.mutate('renewSubordinate', { id }, 'id')
  expect(await rowOf(leaf)).toMatchObject({ version: 2, metadata: relyingParty })
})

it('keeps the last good statement and the reason when the entity cannot be renewed', async () => {
  const { leaf } = await registerLeaf(admin)
  const statement = await servedStatement(admin, leaf.id)
  leaf.misbehave('server error')
  await expect(refresh(leaf)).rejects.toMatchObject({ code: 'ENTITY_REJECTED', isRetryable: true })
  expect(await rowOf(leaf)).toMatchObject({ version: 1, lastError: expect.stringContaining('500') })
  expect(await servedStatement(admin, leaf.id)).toEqual(statement)

  leaf.misbehave('no authority hint')
  await expect(refresh(leaf)).rejects.toMatchObject({ code: 'ENTITY_REJECTED', isRetryable: false })
  leaf.misbehave(undefined)
  await refresh(leaf)
  expect(await rowOf(leaf)).toMatchObject({ version: 1, lastError: null })
})

it.each(['hang', 'huge', 'redirect', 'rubbish', 'html', 'wrong signature'] as const)(
  'serves the last good statement while the entity misbehaves, and renews it afterwards: %s',
  { tags: 'fault/member-misbehaves' },
  async (fault) => {
    const { leaf } = await registerLeaf(admin)
    const [before, statement] = [await rowOf(leaf), await servedStatement(admin, leaf.id)]
    leaf.misbehave(fault)
    await expect(refresh(leaf)).rejects.toMatchObject({ code: 'ENTITY_REJECTED' })
    const { lastError, failingCode, failingSince, lastCheckedAt, updatedAt, ...kept } = await rowOf(leaf)
    expect(before).toMatchObject(kept)
    expect(lastError).toMatch(/\w+ \w+/)
    expect([failingCode, failingSince]).not.toContain(null)
    expect(await servedStatement(admin, leaf.id)).toEqual(statement)
    leaf.misbehave(undefined)
    await refresh(leaf)
    expect(await rowOf(leaf)).toMatchObject({ version: 1, lastError: null, failingSince: null })
  },
)

it('keeps the reason of a failed Trust Mark renewal until one succeeds', async () => {
  const type = 'https://ta.example.org/marks/owned'
  await admin.mutate('createTrustMarkType', { type }, 'id')
  const issued = await admin.mutate(
    'issueTrustMark',
    { trustMarkType: type, entityId: 'https://rp.example.org' },
    'id mark { jwt }',
  )
  const owner = { sub: 'https://owner.example.org', jwks: { keys: [] } }
  const { db } = admin.server
  await db.trustMarkType.update({ where: { type }, data: { owner } })
  const renew = () => admin.mutate('renewTrustMark', { id: issued.id }, 'lastError mark { jwt }')
  expect(await renew()).toMatchObject({ code: 'INVALID_INPUT' })
  const document = `query ($id: ID!) { trustMark(id: $id) { lastError mark { jwt } }
    serverStatus { counts { failingTrustMarks } failing { trustMarks { entityId lastError } } } }`
  const { data } = await admin.execute(document, { id: issued.id }, 'viewer')
  expect(data.trustMark).toEqual({ lastError: expect.stringContaining('delegation'), mark: issued.mark })
  expect(data.serverStatus).toEqual({
    counts: { failingTrustMarks: 1 },
    failing: { trustMarks: [{ entityId: 'https://rp.example.org', lastError: data.trustMark.lastError }] },
  })

  await db.$executeRaw`UPDATE "TrustMarkType" SET "owner" = NULL WHERE "type" = ${type}`
  expect(await renew()).toMatchObject({ lastError: null })
})
