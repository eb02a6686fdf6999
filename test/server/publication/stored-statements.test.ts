/** Tests what is stored of statements that are signed together, and what a rebuild reads of them. */
import { beforeEach, expect, it } from 'vitest'
import { createLocalSigner, decodeJwt, type Signer } from '#core/jws.ts'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { readSettings } from '#server/database/settings.ts'
import { activeSubordinates } from '#server/publish/rows.ts'
import { readableStatement, withStatements } from '#server/publish/statements.ts'
import { allSubordinateRows, findSubordinateRows } from '#server/publish/subordinate-row.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { openPublishing } from '#test/helpers/publishing.ts'

const admin = adminInFile()
const own = await createLocalSigner(await generateSigningKey('ES256'))
const key = toPublicJwk(await generateSigningKey('ES256'))
const now = Math.floor(Date.now() / 1000)
/** The key of the second one ends within a second, half an hour from now. */
const soon = now + 1800.25
const names = ['a', 'b', 'c'].map((name) => `https://${name}.example.org`)

beforeEach(async () => {
  const { db } = admin.server
  await db.subordinate.deleteMany()
  const keysOf = (at: number) => (at === 1 ? [key, { ...key, kid: 'ends', exp: soon }] : [key])
  await db.subordinate.createMany({
    data: names.map((entityId, at) => ({
      entityId,
      displayName: `Größe ${at}`,
      metadata: { openid_relying_party: { client_name: 'x'.repeat(at * 100) } },
      forcedMetadata: { openid_relying_party: { client_name: 'ü'.repeat(at * 100) } },
      jwks: { keys: keysOf(at) },
      version: at + 1,
      entityConfiguration: 'a.b.c',
      entityConfigurationExpiresAt: new Date((now + 86_400) * 1000),
      lastCheckedAt: new Date(),
    })),
  })
})

async function signAll(signer: Signer) {
  const { db } = admin.server
  const context = { db, entityId: admin.entityId, settings: await readSettings(db), signer, now }
  return withStatements(await findSubordinateRows(db, names), context)
}

const stored = () => admin.server.db.subordinate.findMany({ orderBy: { entityId: 'asc' } })

it('stores the statement, basis and times of each', async () => {
  const { signed, unsignable } = await signAll(own)
  expect(unsignable).toEqual([])
  const settings = await readSettings(admin.server.db)
  for (const [at, row] of (await stored()).entries()) {
    const { statement = '' } = signed.find(({ entityId }) => entityId === row.entityId) ?? {}
    const { claims } = decodeJwt(statement)
    expect(claims).toMatchObject({ sub: names[at], iat: now })
    expect(row).toMatchObject({
      statement,
      statementBasis: `${at + 1}.${settings.statementVersion}.${own.kid}`,
      statementIssuedAt: new Date(now * 1000),
      statementExpiresAt: new Date(Number(claims.exp) * 1000),
      statementDueAt: at === 1 ? new Date(soon * 1000) : null,
    })
  }
})

it('leaves the state of one that changed meanwhile', async () => {
  const { db } = admin.server
  let isChanged = false
  const sign: Signer['sign'] = async (payload, header) => {
    if (!isChanged)
      await db.subordinate.updateMany({ where: { entityId: names[2] ?? '' }, data: { version: 9 } })
    isChanged = true
    return own.sign(payload, header)
  }
  await signAll({ ...own, sign })
  expect((await stored()).map(({ statement }) => statement !== null)).toEqual([true, true, false])
})

it('is not read when it is signed again in any case', async () => {
  const { db } = admin.server
  await signAll(own)
  await db.subordinate.updateMany({ where: { entityId: names[0] ?? '' }, data: { version: 9 } })
  const statement = readableStatement({ settings: await readSettings(db), signer: own })
  const read: boolean[] = []
  for await (const rows of allSubordinateRows(db, 2, statement))
    read.push(...rows.map((row) => row.statement !== null))
  expect(read).toEqual([false, true, true])
})

it('stays in a rebuild when another cannot be signed', async () => {
  const { context, close } = await openPublishing(admin)
  await signAll(own)
  const before = await stored()
  const failing = { ...own, kid: 'other', sign: () => Promise.reject(new Error('The key store is away.')) }
  const current = { ...context.signingKeys.current(), signer: failing }
  const signingKeys = { ...context.signingKeys, current: () => current }
  const statements: string[] = []
  for await (const { rows } of activeSubordinates({ ...context, signingKeys }))
    statements.push(...rows.map(({ statement }) => statement))
  expect(statements.sort()).toEqual(before.map(({ statement }) => statement).sort())
  close()
})
