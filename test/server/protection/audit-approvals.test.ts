/** Tests the verification of approvals in the audit log: who approved what, with which passkey. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { addAdministrators, approve, type People, protect, waiting } from './people.ts'

let admin: TestAdmin
let people: People

beforeAll(async () => {
  admin = await startAdmin()
  people = await addAdministrators(admin)
  await protect(admin, ['SETTINGS'])
  const { execute } = people.alice.visitor
  const document =
    'mutation ($input: UpdateTrustAnchorInput!) { updateTrustAnchor(input: $input) { __typename } }'
  const id = waiting(await execute(document, { input: { organizationName: 'Signed' } }))
  expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
})
afterAll(() => admin.close())

it('says who approved what, with which passkey', async () => {
  const { fault, approvals } = await verifyAuditLog(admin.server.db)
  expect(fault).toBeNull()
  const { credentialID } = await admin.server.db.passkey.findFirstOrThrow({
    where: { user: { username: 'bob' } },
  })
  expect(approvals).toEqual([
    {
      entry: expect.any(Number),
      changeRequest: '1',
      at: expect.any(Date),
      mutation: 'updateTrustAnchor',
      requestedBy: 'alice',
      approvedBy: 'bob',
      credentialId: credentialID,
      registeredAt: expect.any(Date),
    },
  ])
})
