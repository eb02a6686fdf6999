/** Tests Trust Marks that are signed again together: by a run, which keeps their expiry, or renewed; each fails alone. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, it } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { jobCaller } from '#server/identity/caller.ts'
import { decodeNodeId } from '#server/schema/global-id.ts'
import { announceKey, switchKey } from '#store/key-directory-change.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { itemsOf, startRun, tryToStart, watchRun } from '#test/helpers/run.ts'
import { entryOf } from '#test/helpers/status-list.ts'
import { subject, trustMarksOf } from '#test/helpers/trust-mark.ts'

const { createType, issueOf, issue, serve, statusOf, change } = trustMarksOf(() => admin)
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

const COUNT = 12

async function issueMany() {
  const { type } = await createType({ statusList: true })
  const issued = await Promise.all(
    Array.from({ length: COUNT }, (_, at) => issueOf(type, { entityId: `https://${at}.example.org` })),
  )
  return issued.map(({ id, mark }) => ({ id: Number(decodeNodeId(id).id), jwt: mark.jwt as string }))
}

const renewAll = (ids: readonly number[]) =>
  Promise.allSettled(ids.map((id) => admin.server.services.trustMarks.renew(jobCaller('renewal'), id)))

it('gives each of many a JWT of its own, with another entry of the list, and keeps the one before', async () => {
  const issued = await issueMany()
  const before = await admin.server.db.auditEvent.count({ where: { action: 'renewTrustMark' } })
  const results = await renewAll(issued.map(({ id }) => id))
  const renewed = results.map((result) => (result.status === 'fulfilled' ? result.value : null))
  expect(renewed.map((row) => row?.id)).toEqual(issued.map(({ id }) => id))
  const entries = [...issued.map(({ jwt }) => jwt), ...renewed.map((row) => row?.jwt ?? '')].map(
    (jwt) => entryOf(jwt).idx,
  )
  expect(new Set(entries).size).toBe(2 * COUNT)
  const ids = issued.map(({ id }) => id)
  expect(await admin.server.db.issuedTrustMark.count({ where: { trustMarkId: { in: ids } } })).toBe(2 * COUNT)
  expect(await admin.server.db.auditEvent.count({ where: { action: 'renewTrustMark' } })).toBe(before + COUNT)
  expect(renewed.map((row) => row?.version)).toEqual(renewed.map(() => 2))
})

it('does not stop at one that is refused: a mark that is asked for twice is signed once', async () => {
  const [twice, revoked, ...others] = (await issueMany()).map(({ id }) => id)
  if (twice === undefined || revoked === undefined) throw new Error('there are some')
  await admin.server.services.trustMarks.revoke(jobCaller('renewal'), revoked, null)
  const results = await renewAll([twice, revoked, ...others, twice])
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []))
  expect(reasons.toSorted()).toEqual(
    [
      expect.stringContaining('Someone else changed it'),
      expect.stringContaining('A revoked Trust Mark cannot be renewed'),
    ].toSorted(),
  )
  const issued = await admin.server.db.issuedTrustMark.groupBy({
    by: ['trustMarkId'],
    where: { trustMarkId: { in: [twice, ...others] } },
    _count: true,
  })
  expect(issued.map(({ _count }) => _count)).toEqual([twice, ...others].map(() => 2))
})
