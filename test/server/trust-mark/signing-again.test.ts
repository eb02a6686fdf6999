/** Tests Trust Marks that are signed again together: each has its own row, entry and audit entry, and fails alone. */
import { expect, it } from 'vitest'
import { jobCaller } from '#server/identity/caller.ts'
import { decodeNodeId } from '#server/schema/global-id.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { entryOf } from '#test/helpers/status-list.ts'
import { trustMarksOf } from '#test/helpers/trust-mark.ts'

const admin = adminInFile()
const { createType, issueOf } = trustMarksOf(() => admin)
const COUNT = 60

async function issueMany() {
  const { type } = await createType({ statusList: true })
  const issued = await Promise.all(
    Array.from({ length: COUNT }, (_, at) => issueOf(type, { entityId: `https://${at}.example.org` })),
  )
  return issued.map(({ id, mark }) => ({ id: Number(decodeNodeId(id).id), jwt: mark.jwt as string }))
}

const renewAll = (ids: readonly number[]) =>
  Promise.allSettled(ids.map((id) => admin.server.services.trustMarks.renew(jobCaller('renewal'), id)))

it('each gets a JWT of its own, with another entry of the list, and keeps the one before', async () => {
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

it('what is refused does not stop the others: a mark that is asked for twice is signed once', async () => {
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
