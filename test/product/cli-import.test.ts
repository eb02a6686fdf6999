/** Tests `inmor import`: the data of an inmor installation is served here, and its marks remain valid. */
import { decodeJwt } from 'jose'
import { afterAll, expect, test } from 'vitest'
import { adminInFile, startAdmin } from '#test/helpers/admin.ts'
import type { TestEntity } from '#test/helpers/entity.ts'
import { inFile, standIn } from '#test/helpers/in-file.ts'
import { startOldInmor } from '#test/helpers/old-inmor.ts'
import { type Answer, inmor } from '#test/helpers/product.ts'
import { listed, servedConfiguration, servedStatement } from '#test/helpers/subordinate.ts'
import { certified, fillOldInmor, foreign, member, policy } from './old-federation.ts'

const admin = adminInFile()
const db = standIn(() => admin.server.db)
const old = inFile(() => startOldInmor(admin.entityId, admin.config.keysDirectory))
const federation = inFile(() => fillOldInmor(old, admin))
afterAll(() => Promise.all([...federation.entities.values()].map((it) => it.close())))

function entity(name: string): TestEntity {
  const found = federation.entities.get(name)
  if (!found) throw new Error(`there is no entity ${name}`)
  return found
}
const id = (name: string) => entity(name).id
const jwt = (name: string) => federation.marks.get(name) ?? ''

function run(...args: string[]): Promise<Answer> {
  const { entityId, databaseUrl, redisUrl, keysDirectory, authSecret } = admin.config
  const environment = {
    ...{ TA_DOMAIN: entityId, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, KEYS_DIR: keysDirectory },
    ...{ AUTH_SECRET: authSecret, ALLOW_HTTP: 'true' },
  }
  return inmor({ environment }, ['import', ...args])
}
const both = () => ['--redis', old.redis.url, '--postgres', old.database.url]

async function statusOf(mark: string): Promise<unknown> {
  const body = new URLSearchParams({ trust_mark: mark })
  const response = await fetch(`${admin.entityId}/trust_mark_status`, { method: 'POST', body })
  return response.ok ? decodeJwt(await response.text()).status : response.status
}

/** The audit entries of imported objects, and of failures, as a whole. */
const auditEntries = () => db.auditEvent.count({ where: { action: { startsWith: 'import', not: 'import' } } })
const failures = () => db.auditEvent.findMany({ where: { action: 'import' }, orderBy: { id: 'asc' } })

test('reports a missing or invalid source', async () => {
  expect(await run()).toMatchObject({ code: 2, stderr: expect.stringMatching(/No source/) })
  expect(await run('--postgres', admin.database.url)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/no table entities_subordinate/),
  })
})

test('lists the objects to import in a dry run, and changes nothing', async () => {
  const { code, stdout, stderr } = await run(...both(), '--dry-run')
  expect(stderr).toBe('')
  expect(code).toBe(1)
  expect(stdout).toContain(
    `Subordinate ${id('first')} ... would be imported: Omitted protected claims from the additional claims`,
  )
  expect(stdout).toContain(`Subordinate ${id('gone')} ... FAILED: `)
  expect(stdout).toMatch(/Nothing was changed\.\n$/)
  expect(await auditEntries()).toBe(0)
  expect(await failures()).toHaveLength(1) // of the previous test
  expect(await db.subordinate.count()).toBe(0)
})

test('prints one line for each object, and reports failures', async () => {
  const { code, stdout, stderr } = await run(...both())
  expect(stderr).toBe('')
  expect(code).toBe(1)
  const lines = stdout.split('\n')
  const lineOf = (thing: string) => lines.filter((line) => line.startsWith(`${thing} ... `)).join('\n')
  for (const thing of [
    'Setting organizationName',
    'Setting organization',
    'Setting trustMarkIssuers',
    `TrustMarkType ${member}`,
    `TrustMarkType ${certified}`,
    `Subordinate ${id('second')}`,
    `Subordinate ${id('dormant')}`,
    `TrustMark ${member} ${id('first')}`,
    `TrustMark ${member} ${id('second')}`,
  ]) {
    expect(lineOf(thing)).toBe(`${thing} ... imported`)
  }
  expect(lineOf('Setting metadataPolicy')).toMatch(
    /imported: Omitted operators that are not known: subsetof\.$/,
  )
  expect(lineOf(`Subordinate ${id('first')}`)).toMatch(/imported: Omitted protected claims.*: crit\.$/)
  expect(lineOf(`TrustMark ${certified} ${id('second')}`)).toMatch(/imported: It is signed again: .*typ/)
  expect(lineOf(`Subordinate ${id('gone')}`)).toMatch(/FAILED/)
  expect(lineOf(`Subordinate ${id('forged')}`)).toMatch(/FAILED/)
  expect(lineOf('IssuedTrustMarks every JWT ever issued')).toMatch(/imported: 3 of 4/)
  expect(stdout).toMatch(/13 imported, 1 unchanged, 0 in conflict, 2 failed\. Everything is published\.\n$/)
  // One entry in the audit log for each.
  expect(await auditEntries()).toBe(13)
  expect((await failures()).at(-1)).toMatchObject({
    outcome: 'FAILED',
    reason: 'FAILED: 13 imported, 1 unchanged, 0 in conflict, 2 failed.',
  })
})

test('serves the members, with the previous settings', async () => {
  expect((await listed(admin)).sort()).toEqual([id('first'), id('second')].sort())
  expect(await servedStatement(admin, id('first'))).toMatchObject({
    jwks: entity('first').keys,
    metadata: { openid_relying_party: { client_name: 'Forced' } },
    constraints: { max_path_length: 0 },
    tier: 'gold',
    metadata_policy: policy,
  })
  expect(await servedConfiguration(admin)).toMatchObject({
    metadata: {
      federation_entity: { organization_name: 'The old federation', contacts: ['old@ta.example.org'] },
    },
    trust_mark_issuers: {
      [member]: [admin.entityId],
      [certified]: [admin.entityId],
      [foreign]: ['https://other.example.org'],
    },
  })
  expect(await db.subordinate.findUnique({ where: { entityId: id('first') } })).toMatchObject({
    validFor: 720,
    requiredTrustMarks: [member],
    registeredAt: new Date('2025-01-02T03:04:05Z'),
  })
  expect(await db.subordinate.findUnique({ where: { entityId: id('second') } })).toMatchObject({
    autorenew: false,
  })
  expect(await db.subordinate.findUnique({ where: { entityId: id('dormant') } })).toMatchObject({
    active: false,
  })
})

test('keeps the status of every mark in circulation', async () => {
  expect(await statusOf(jwt('current'))).toBe('active')
  expect(await statusOf(jwt('replaced'))).toBe('active')
  expect(await statusOf(jwt('revoked'))).toBe('revoked')
  // It has no typ, so verifiers reject it (§7.1); its replacement has one.
  expect(await statusOf(jwt('untyped'))).toBe('invalid')
  const served = async (type: string, sub: string) => {
    const response = await admin.get('/trust_mark', { trust_mark_type: type, sub })
    return response.ok ? response.text() : response.status
  }
  expect(await served(member, id('first'))).toBe(jwt('current'))
  expect(await served(member, id('second'))).toBe(404)
  expect(await statusOf(String(await served(certified, id('second'))))).toBe('active')
})

test('keeps hours and renewal of types and marks', async () => {
  expect(await db.trustMarkType.findUnique({ where: { type: member } })).toMatchObject({
    validFor: 2000,
    renewalTime: 100,
    autorenew: true,
  })
  expect(await db.trustMark.findFirst({ where: { entityId: id('first') } })).toMatchObject({
    validFor: 1000,
    renewalTime: 24,
    autorenew: false,
    active: true,
    subordinateId: expect.any(Number),
  })
})

test('needs the key of statements in circulation until they expire', async () => {
  const row = await db.signingKey.findFirst({ where: { state: 'CURRENT' } })
  const { exp } = decodeJwt(federation.dormantStatement)
  expect(row?.statementsUntil?.getTime()).toBe(Math.floor(Number(exp) * 1000))
})

test('keeps imported data in a rebuild', async () => {
  await admin.redis.client.flushall()
  await admin.server.publisher.rebuild()
  expect(await admin.redis.client.scard('inmor:tm:alltime')).toBeGreaterThanOrEqual(5)
  expect(await statusOf(jwt('replaced'))).toBe('active')
  expect(await statusOf(jwt('revoked'))).toBe('revoked')
})

test('changes nothing the second time', async () => {
  const before = await auditEntries()
  const { stdout } = await run(...both(), '--json')
  const { counts, items } = JSON.parse(stdout)
  expect(counts, JSON.stringify(items, null, 1)).toEqual({
    IMPORTED: 0,
    UNCHANGED: 14,
    CONFLICT: 0,
    FAILED: 2,
  })
  expect(await auditEntries()).toBe(before)
})

test('keeps later changes made here, and reports them', async () => {
  const { data } = await admin.execute(`{ subordinate(entityId: "${id('second')}") { id } }`)
  await admin.mutate('deactivateSubordinate', { id: data.subordinate.id }, 'id')
  await admin.mutate('updateTrustAnchor', { organizationName: 'The new federation' }, 'version', 'admin')
  const { code, stdout } = await run(...both())
  expect(code).toBe(1)
  expect(stdout).toContain(`Subordinate ${id('second')} ... CONFLICT: Exists with a different active`)
  expect(stdout).toContain('Setting organizationName ... CONFLICT')
  expect(await listed(admin)).toEqual([id('first')])
})

test('imports from Redis alone', async () => {
  const other = await startAdmin({}, { entityId: admin.entityId, keysDirectory: admin.config.keysDirectory })
  const { databaseUrl, redisUrl } = other.config
  const environment = {
    ...{ TA_DOMAIN: admin.entityId, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl },
    ...{ KEYS_DIR: admin.config.keysDirectory, AUTH_SECRET: admin.config.authSecret, ALLOW_HTTP: 'true' },
  }
  const { stdout } = await inmor({ environment }, ['import', '--redis', old.redis.url])
  expect(stdout).toMatch(/ 0 in conflict, 1 failed\. Everything is published\.\n$/)
  const { db } = other.server
  expect(await db.trustMarkType.findUnique({ where: { type: member } })).toMatchObject({ validFor: 1000 })
  expect(await db.subordinate.findUnique({ where: { entityId: id('first') } })).toMatchObject({
    validFor: 720,
    additionalClaims: { tier: 'gold' },
  })
  await other.close()
})

test('refuses each object of another Trust Anchor', async () => {
  const environment = {
    ...{ TA_DOMAIN: 'https://elsewhere.example.org', DATABASE_URL: admin.config.databaseUrl },
    ...{ REDIS_URL: admin.config.redisUrl, KEYS_DIR: admin.config.keysDirectory },
    ...{ AUTH_SECRET: admin.config.authSecret, ALLOW_HTTP: 'true' },
  }
  const { code, stdout } = await inmor({ environment }, ['import', '--dry-run', '--redis', old.redis.url])
  expect(code).toBe(1)
  expect(stdout).toContain(
    `FAILED: Its statement was issued by ${admin.entityId}, not by https://elsewhere.example.org`,
  )
})
