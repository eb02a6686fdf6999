/** Tests that published statements are current: the consistency check signs them again without asking the members. */
import { decodeJwt } from 'jose'
import { expect, it, vi } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { keepStatements } from '#server/publish/history/published.ts'
import { prepareSubordinatePages } from '#server/publish/list-pages.ts'
import { subordinateInfo } from '#server/publish/rows.ts'
import { isSigned } from '#server/publish/statements.ts'
import { findSubordinateRows } from '#server/publish/subordinate-row.ts'
import { putSubordinates, sendCommands } from '#server/publish/write.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { openDriftRepair } from '#test/helpers/drift.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { openPublishing } from '#test/helpers/publishing.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()
const drift = inFile(() => openDriftRepair(admin))

const nothing = { missing: 0, unexpected: 0, different: 0 }
const repair = () => drift.repair()
async function reported() {
  const document = '{ serverStatus { publication { pending drift { examples } } } }'
  return (await admin.execute(document, {}, 'viewer')).data.serverStatus.publication
}

const hours = (count: number) => new Date(Date.now() + count * 3_600_000)
const seconds = (count: number) => Math.floor(hours(count).getTime() / 1000)
const endedKey = { ...toPublicJwk(await generateSigningKey('ES256')), exp: seconds(-0.5) }
const laterKey = toPublicJwk(await generateSigningKey('ES256'))
const valid = { statementIssuedAt: hours(-1), statementExpiresAt: hours(47) }

/** As if it had been published. */
async function copyToRedis(entityId: string): Promise<void> {
  const { context, close } = await openPublishing(admin)
  const { db, redis, keys } = context
  const rows = (await findSubordinateRows(db, [entityId])).filter(isSigned)
  const published = rows.map((row) => ({ ...row, info: subordinateInfo(row) }))
  const putPages = await prepareSubordinatePages(redis, keys, { published })
  const kept = await keepStatements(context, published)
  await sendCommands(redis, keys, [], (to) => {
    putSubordinates(to, keys, kept)
    putPages(to)
  })
  close()
}

it.each([
  ['from the future', { statementIssuedAt: hours(24), statementExpiresAt: hours(48), autorenew: false }],
  ['expired', { statementIssuedAt: hours(-48), statementExpiresAt: hours(-1) }],
  ['outdated', { ...valid, statementBasis: '1.1.another-key', autorenew: false }],
  ['with an ended key', { ...valid, jwks: { keys: [endedKey, laterKey] }, autorenew: false }],
  ['of another issuer', { statement: `e30.${btoa('{"iss":"https://other.example.org"}')}.c2ln` }],
])('signs a statement again that is %s, without a request to its member', async (fault, data) => {
  const { leaf } = await registerLeaf(admin)
  const where = { entityId: leaf.id }
  const { lastCheckedAt } = await admin.server.db.subordinate.update({ where, data })
  await copyToRedis(leaf.id)
  leaf.misbehave('hang')
  expect(await repair()).toEqual({ ...nothing, different: 1 })
  expect((await reported()).drift.examples).toEqual([
    `different: Subordinate Statement (${fault}) of ${leaf.id}`,
  ])
  await vi.waitFor(async () => expect((await reported()).pending).toBe(0), patience)
  expect(await repair()).toEqual(nothing)
  const { iat, exp } = decodeJwt(await (await admin.get('/fetch', { sub: leaf.id })).text())
  expect(Number(iat)).toBeLessThanOrEqual(Date.now() / 1000)
  expect(Number(exp)).toBeGreaterThan(Date.now() / 1000)
  expect(await admin.server.db.subordinate.findUnique({ where })).toMatchObject({ lastCheckedAt })
})

it.each([
  ['an end', { exp: seconds(9) }, true],
  ['a revocation', { revoked: { revoked_at: seconds(-1) } }, true],
  ['neither', {}, false],
])('notes whether a key of a member has %s', async (_what, members, expected) => {
  const { leaf } = await registerLeaf(admin)
  const where = { entityId: leaf.id }
  const data = { jwks: { keys: [laterKey, { ...laterKey, ...members }] } }
  expect(await admin.server.db.subordinate.update({ where, data })).toMatchObject({ hasEndingKeys: expected })
})

it('looks at the keys of a member that an earlier version wrote', async () => {
  const { leaf } = await registerLeaf(admin)
  const { db } = admin.server
  await db.$executeRaw`ALTER TABLE "Subordinate" DISABLE TRIGGER USER`
  const data = { ...valid, jwks: { keys: [endedKey, laterKey] }, autorenew: false, hasEndingKeys: null }
  await db.subordinate.update({ where: { entityId: leaf.id }, data })
  await db.$executeRaw`ALTER TABLE "Subordinate" ENABLE TRIGGER USER`
  await copyToRedis(leaf.id)
  await repair()
  expect((await reported()).drift.examples).toContain(
    `different: Subordinate Statement (with an ended key) of ${leaf.id}`,
  )
})

it.each([
  ['fails its checks', { failingSince: hours(-2) }],
  ['is not renewed automatically', { autorenew: false }],
])('lets the statement of a member expire that %s', async (_what, state) => {
  const { leaf, id } = await registerLeaf(admin)
  const expired = { statementIssuedAt: hours(-48), statementExpiresAt: hours(-1) }
  await admin.server.db.subordinate.update({ where: { entityId: leaf.id }, data: { ...expired, ...state } })
  expect((await repair()).missing).toBe(0)
  const found = await reported()
  expect(found.drift.examples.join()).not.toContain('Subordinate Statement')
  await admin.mutate('removeSubordinate', { id }, '')
})
