/** Tests the verification of approvals in the audit log: who approved what, with which passkey. */
import { beforeAll, expect, it } from 'vitest'
import type { Prisma } from '#prisma/generated/client/client.ts'
import { createApprovalVerification } from '#server/services/audit/approvals.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { administratorsInFile, approve, override, protect, waiting } from './people.ts'

const admin = adminInFile()
const people = administratorsInFile(admin)
beforeAll(async () => {
  await protect(admin, ['ANCHOR'])
  const { execute } = people.alice.visitor
  const document =
    'mutation ($input: UpdateTrustAnchorInput!) { updateTrustAnchor(input: $input) { __typename } }'
  const id = waiting(await execute(document, { input: { organizationName: 'Signed' } }))
  expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
})

it('says who approved what, with which passkey', async () => {
  const { fault, approvals } = await verifyAuditLog(admin.server.db)
  expect(fault).toBeNull()
  const { credentialID } = await admin.server.db.passkey.findFirstOrThrow({
    where: { user: { username: 'bob' } },
  })
  expect(approvals).toEqual([
    {
      entry: expect.any(Number),
      id: '1',
      at: expect.any(Date),
      mutation: 'updateTrustAnchor',
      requestedBy: 'alice',
      approvedBy: 'bob',
      credentialId: credentialID,
      registeredAt: expect.any(Date),
      confirmedBy: null,
    },
  ])
})

it.each([
  [
    'with other variables',
    { before: { variables: { input: { organizationName: 'Forged' } } } },
    'another change',
  ],
  ['of the requester', { before: { requestedBy: 'bob' } }, 'not by another person'],
  ['of another person than the entry says', { actor: 'carol' }, 'not by another person'],
  ['without a signature', { after: { passkey: null } }, 'lacks its content or its signature'],
  ['with another signature', { after: { passkey: { signature: 'AAAA' } } }, 'does not verify'],
  ['by a page of another domain', { after: { passkey: { rpId: 'example.org' } } }, 'does not verify'],
] as const)('finds an approval %s', async (_case, forged: Forged, fault) => {
  const event = await approvalEntry()
  const verification = createApprovalVerification(admin.server.installation, { isWhole: false })
  const changed = {
    ...event,
    ...(forged.actor ? { actor: forged.actor } : {}),
    before: merge(event.before, forged.before),
    after: merge(event.after, forged.after),
  }
  expect(await verification.faultOf(changed)).toContain(fault)
  expect(verification.approvals).toEqual([])
})

it('finds a passkey that someone else has registered', async () => {
  const verification = createApprovalVerification(admin.server.installation, { isWhole: false })
  const registration = await admin.server.db.auditEvent.findFirstOrThrow({
    where: { action: 'registerPasskey', actor: 'bob' },
  })
  await verification.faultOf({ ...registration, actor: 'carol' })
  expect(await verification.faultOf(await approvalEntry())).toContain('a passkey that carol registered')
})

type Forged = { actor?: string; before?: object; after?: object }

const approvalEntry = () =>
  admin.server.db.auditEvent.findFirstOrThrow({
    where: { action: 'approve', outcome: 'SUCCEEDED' },
  })

/** Members of the second replace those of the first, also in the member `passkey`. */
function merge(value: unknown, further: object = {}): Prisma.JsonObject {
  const base = value as Prisma.JsonObject // an object in these entries
  const { passkey, ...rest } = further as { passkey?: object | null }
  const merged = passkey ? { ...(base.passkey as object), ...passkey } : passkey
  return { ...base, ...rest, ...(passkey === undefined ? {} : { passkey: merged }) } as Prisma.JsonObject
}

it.each([
  ['with other variables', { before: { variables: {} } }, 'another change'],
  ['with another signature', { after: { passkey: { signature: 'AAAA' } } }, 'does not verify'],
] as const)('finds an execution without a second person %s', async (_case, forged: Forged, fault) => {
  const where = { action: 'override', outcome: 'SUCCEEDED' }
  if ((await admin.server.db.auditEvent.count({ where })) === 0) {
    const document =
      'mutation ($input: UpdateTrustAnchorInput!) { updateTrustAnchor(input: $input) { __typename } }'
    const { execute } = people.alice.visitor
    const id = waiting(await execute(document, { input: { organizationName: 'Urgent' } }))
    expect(await override(people.alice, id, 'Now.')).toMatchObject({ state: 'EXECUTED' })
  }
  const event = await admin.server.db.auditEvent.findFirstOrThrow({ where })
  const { faultOf } = createApprovalVerification(admin.server.installation, { isWhole: false })
  expect(await faultOf(event)).toBeNull()
  const changed = { before: merge(event.before, forged.before), after: merge(event.after, forged.after) }
  expect(await faultOf({ ...event, ...changed })).toContain(fault)
})
