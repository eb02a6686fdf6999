/** Tests the run that re-signs all Trust Marks or those of one type, and keeps their expiry. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, it } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { announceKey, switchKey } from '#store/key-directory-change.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { itemsOf, startRun, tryToStart, watchRun } from '#test/helpers/run.ts'
import { subject, trustMarksOf } from '#test/helpers/trust-mark.ts'

const { issue, serve, statusOf, change } = trustMarksOf(() => admin)
const admin = adminInFile()

const served = async (type: string) => (await serve(type)).text()
const run = async (input: string) =>
  watchRun(admin, await startRun(admin, `reissueTrustMarks(input: {${input}})`))

it('re-signs the marks of one type, keeps their expiry and the status of the previous JWT', {
  tags: 'mutation/reissueTrustMarks/success',
}, async () => {
  const [wanted, other] = [await issue({ validFor: 5 }), await issue()]
  const seen = await run(`trustMarkType: "${wanted.type}"`)
  expect(seen.at(-1)?.run).toEqual({ state: 'SUCCEEDED', total: 1, done: 1, failed: 0 })
  expect(itemsOf(seen).map(({ resource, ok }) => ({ resource, ok }))).toEqual([
    { resource: `${wanted.type} ${subject}`, ok: true },
  ])
  const jwt = await served(wanted.type)
  expect(jwt).not.toBe(wanted.jwt)
  expect(decodeJwt(jwt)).toMatchObject({ exp: decodeJwt(wanted.jwt).exp, sub: subject })
  expect(await statusOf(jwt)).toBe('active')
  expect(await statusOf(wanted.jwt)).toBe('active')
  expect(await served(other.type)).toBe(other.jwt)
})

it('re-signs all valid marks with the current key, and no revoked or expired mark', async () => {
  const [valid, revoked, expired] = [await issue(), await issue(), await issue()]
  await change('revoke', revoked.id)
  await admin.server.db.trustMark.updateMany({
    where: { trustMarkType: { type: expired.type } },
    data: { expiresAt: new Date(Date.now() - 1000) },
  })
  const place = {
    directory: admin.config.keysDirectory,
    historicalDirectory: admin.config.historicalKeysDirectory,
  }
  const key = await generateSigningKey('ES384')
  await announceKey(place, key)
  await switchKey(place)
  await expect
    .poll(() => admin.server.services.signingKeys.find(key.kid))
    .toMatchObject({
      state: 'CURRENT',
    })

  const resources = itemsOf(await run('')).map(({ resource }) => resource)
  expect(resources).toContain(`${valid.type} ${subject}`)
  expect(resources.join()).not.toMatch(`${revoked.type}|${expired.type}`)
  expect(decodeProtectedHeader(await served(valid.type)).kid).toBe(key.kid)
  const issued = { trustMark: { trustMarkType: { type: valid.type } } }
  const kids = await admin.server.db.issuedTrustMark.groupBy({ by: ['kid'], where: issued })
  expect(kids).toHaveLength(2)
})

it('refuses a type that does not exist', { tags: 'mutation/reissueTrustMarks/NotFoundError' }, async () => {
  const document = 'reissueTrustMarks(input: {trustMarkType: "https://nobody.example/mark"})'
  expect(await tryToStart(admin, document)).toMatchObject({ __typename: 'NotFoundError', code: 'NOT_FOUND' })
})
