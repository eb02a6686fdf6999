/** Tests two admin servers on one key directory: a key change applies to both immediately. */
import { decodeProtectedHeader } from 'jose'
import { expect, it } from 'vitest'
import { jobCaller } from '#server/identity/caller.ts'
import { adminInFile, startSecondAdmin } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { subject as entityId, trustMarksOf } from '#test/helpers/trust-mark.ts'

const { createType, issue } = trustMarksOf(() => admin)
const admin = adminInFile()
const second = inFile(() => startSecondAdmin(admin))

const caller = jobCaller('test')
const switchKey = async () => {
  const { signingKeys } = admin.server.services
  await signingKeys.announce(caller, { alg: 'ES256' })
  return (await signingKeys.switch(caller, { overrideReason: 'for the test' })).kid
}

it('signs a mark with the key that another process just switched to', async () => {
  const { type } = await createType()
  const { type: old } = await issue()
  const mark = await admin.server.db.trustMark.findFirstOrThrow({ where: { trustMarkType: { type: old } } })
  const kid = await switchKey()
  const issued = await second.services.trustMarks.issue(caller, { trustMarkType: type, entityId })
  expect(decodeProtectedHeader(issued.jwt)).toMatchObject({ kid })
  const next = await switchKey()
  const reissued = await second.services.trustMarks.reissue(caller, mark.id)
  expect(decodeProtectedHeader(reissued.jwt)).toMatchObject({ kid: next })
})

it('rejects a mark whose key was withdrawn before it was stored', async () => {
  const { type } = await createType()
  const where = { state: 'CURRENT' }
  // Simulates a change by the other process between signature and commit.
  const [row] = await admin.server.db.signingKey.updateManyAndReturn({ where, data: { state: 'REVOKED' } })
  const issuing = second.services.trustMarks.issue(caller, { trustMarkType: type, entityId })
  await expect(issuing).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringMatching(/Try again/),
  })
  expect(await admin.server.db.trustMark.count({ where: { trustMarkType: { type } } })).toBe(0)
  await admin.server.db.signingKey.updateMany({ where: { kid: row?.kid ?? '' }, data: where })
  await second.services.trustMarks.issue(caller, { trustMarkType: type, entityId })
})
