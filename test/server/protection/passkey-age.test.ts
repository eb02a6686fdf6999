/** Tests from when a passkey counts: after the hours of the settings, or once another administrator has confirmed it. */
import { beforeEach, describe, expect, it } from 'vitest'
import { createApprovalVerification } from '#server/services/audit/approvals.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { adminInFile, startAdmin } from '#test/helpers/admin.ts'
import { createAuthenticator } from '#test/helpers/authenticator.ts'
import { inFile } from '#test/helpers/in-file.ts'
import {
  type Administrator,
  addAdministrator,
  agePasskeys,
  approve,
  comment,
  override,
  protect,
  signed,
  waiting,
} from './people.ts'

const admin = adminInFile({}, { secondFactorGroups: ['operator', 'admin'] })
const alice = inFile(() => addAdministrator(admin, 'alice'))
const bob = inFile(() => addAdministrator(admin, 'bob'))
const carol = inFile(() => addAdministrator(admin, 'carol'))
beforeEach(async () => {
  await admin.server.installation.rateLimit.deleteMany()
  for (const name of ['alice', 'carol']) await agePasskeys(admin, name)
  await setAge('bob', 1)
  await protect(admin, ['ANCHOR'], { passkeyHours: 24 })
})

const setAge = (username: string, hours: number) =>
  admin.server.installation.passkey.updateMany({
    where: { user: { username } },
    data: { createdAt: new Date(Date.now() - hours * 3_600_000), confirmedAt: null, confirmedBy: null },
  })

let number = 0
async function ask(person: Administrator): Promise<string> {
  const { visitor } = person
  const document =
    'mutation ($input: UpdateTrustAnchorInput!) { updateTrustAnchor(input: $input) { __typename } }'
  const id = waiting(await visitor.execute(document, { input: { organizationName: `Name ${number++}` } }))
  await comment(person, id, 'A test.')
  return id
}

const passkeyOf = (username: string) =>
  admin.server.installation.passkey.findFirstOrThrow({ where: { user: { username } } })
const confirm = async ({ visitor }: Administrator, username: string) =>
  visitor.mutate('confirmPasskey', { id: (await passkeyOf(username)).id }, 'counts confirmedBy { username }')

async function seen({ visitor }: Administrator, id: string) {
  const document =
    'query ($id: ID!) { node(id: $id) { ... on Approval { obstacle signingOptions passkeyKnownSince } } }'
  return (await visitor.execute(document, { id })).data.node
}

describe('a new passkey', () => {
  it('neither approves nor executes alone before its time', async () => {
    const id = await ask(alice)
    const { createdAt } = await passkeyOf('bob')
    const from = new Date((createdAt?.getTime() ?? 0) + 24 * 3_600_000).toISOString()
    const message = `Your passkey is too new. It counts from ${from}. Wait, or ask another administrator to confirm it.`
    expect(await seen(bob, id)).toMatchObject({ obstacle: message, signingOptions: { allowCredentials: [] } })
    expect(await approve(bob, id)).toMatchObject({ code: 'CONFLICT', message })
    expect(await override(bob, id, 'It is urgent.')).toMatchObject({ code: 'CONFLICT', message })

    await setAge('bob', 25)
    const { createdAt: since } = await passkeyOf('bob')
    expect(await approve(bob, id)).toMatchObject({ state: 'EXECUTED' })
    expect(await seen(bob, id)).toMatchObject({ passkeyKnownSince: since?.toISOString() })
  })

  it('does not sign beside an older one that counts', async () => {
    await setAge('bob', 25)
    const device = createAuthenticator(admin.adminUrl)
    const { body } = await bob.visitor.auth('/passkey/generate-register-options')
    await bob.visitor.auth('/passkey/verify-registration', { response: device.register(body), name: 'New' })
    const id = await ask(alice)
    const { signingOptions } = await seen(bob, id)
    expect(signingOptions.allowCredentials).toHaveLength(1)
    const answer = await bob.visitor.mutate('approve', await signed({ ...bob, device }, id), 'id')
    expect(answer).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('too new') })
    await admin.server.installation.passkey.deleteMany({ where: { name: 'New' } })
  })

  it('counts once another administrator has confirmed it, but not for what that one asks for', {
    tags: ['mutation/confirmPasskey/success', 'mutation/confirmPasskey/audit'],
  }, async () => {
    const [byAlice, byCarol] = [await ask(alice), await ask(carol)]
    expect(await confirm(alice, 'bob')).toEqual({ counts: true, confirmedBy: { username: 'alice' } })
    expect(await approve(bob, byAlice)).toMatchObject({ code: 'CONFLICT' })
    expect(await approve(bob, byCarol)).toMatchObject({ state: 'EXECUTED' })
    const entry = await admin.server.db.auditEvent.findFirst({ where: { action: 'confirmPasskey' } })
    const { credentialID: credentialId } = await passkeyOf('bob')
    expect(entry).toMatchObject({
      actor: 'alice',
      resource: 'bob',
      outcome: 'SUCCEEDED',
      after: { credentialId, confirmedBy: 'alice' },
    })
  })

  it('is confirmed neither by its owner, nor twice, nor by someone whose own one is new, nor late', {
    tags: [
      'mutation/confirmPasskey/ConflictError',
      'mutation/confirmPasskey/NotFoundError',
      'mutation/confirmPasskey/ReauthenticationRequiredError',
    ],
  }, async () => {
    expect(await confirm(bob, 'bob')).toMatchObject({ code: 'CONFLICT' })
    await setAge('carol', 1)
    expect(await confirm(bob, 'carol')).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('too new'),
    })
    await confirm(alice, 'bob')
    expect(await confirm(alice, 'bob')).toMatchObject({ message: 'alice has confirmed it already.' })
    expect(await alice.visitor.mutate('confirmPasskey', { id: 'none' }, 'id')).toMatchObject({
      code: 'NOT_FOUND',
    })
    const { session } = admin.server.installation
    const where = { user: { username: 'alice' } }
    await session.updateMany({ where, data: { createdAt: new Date(Date.now() - 3_600_000) } })
    expect(await confirm(alice, 'carol')).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED' })
    await session.updateMany({ where, data: { createdAt: new Date() } })
  })

  it('is listed with its age for administrators', async () => {
    const document =
      '{ users(filter: { search: "bob" }) { edges { node { passkeys { name counts countsFrom confirmedAt } } } } }'
    const { data } = await alice.visitor.execute(document)
    expect(data.users.edges[0].node.passkeys).toEqual([
      { name: 'Key', counts: false, countsFrom: expect.any(String), confirmedAt: null },
    ])
    expect((await admin.execute(document)).errors).toBeUndefined()
  })

  it('alerts the others while something is protected', async () => {
    const found = async () => {
      const { data } = await admin.execute('{ alerts { code severity since message } }')
      return data.alerts.filter(({ code }: { code: string }) => code === 'PASSKEY_REGISTERED')
    }
    const { createdAt } = await passkeyOf('bob')
    expect(await found()).toMatchObject([
      {
        severity: 'WARNING',
        since: createdAt?.toISOString(),
        message: expect.stringMatching(/A passkey of bob is known since .* It counts for approvals from /),
      },
    ])
    await setAge('bob', 25)
    expect(await found()).toEqual([])
    await setAge('bob', 1)
    await protect(admin, [])
    expect(await found()).toEqual([])
  })
})

describe('too few people', () => {
  const alerts = async () => {
    const { data } = await admin.execute('{ alerts { code severity } }')
    return data.alerts.filter(({ code }: { code: string }) => code === 'NOBODY_CAN_APPROVE')
  }

  it('cannot come from the removal of a passkey, and are an alert', {
    tags: 'mutation/removePasskey/ConflictError',
  }, async () => {
    expect(await alerts()).toEqual([])
    const { id } = await passkeyOf('carol')
    const refusal = await carol.visitor.mutate('removePasskey', { id }, 'passkeys { id }')
    expect(refusal).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('fewer than two people could approve'),
    })
    expect((await passkeyOf('carol')).id).toBe(id)
    await setAge('carol', 1)
    expect(await alerts()).toEqual([{ code: 'NOBODY_CAN_APPROVE', severity: 'CRITICAL' }])
    await setAge('carol', 25)
    await setAge('bob', 25)
    const own = { id: (await passkeyOf('bob')).id }
    expect(await bob.visitor.mutate('removePasskey', own, 'passkeys { id }')).toEqual({ passkeys: [] })
    const { body } = await bob.visitor.auth('/passkey/generate-register-options')
    const response = bob.device.register(body)
    await bob.visitor.auth('/passkey/verify-registration', { response, name: 'Key' })
  })
})

describe('the protection', () => {
  const update = (input: object) => alice.visitor.mutate('updateProtection', input, 'operations passkeyHours')

  it('begins only with two passkeys that count under it', async () => {
    await protect(admin, [], { passkeyHours: 0 })
    await setAge('carol', 1)
    expect(await update({ operations: ['ACCESS'], passkeyHours: 24 })).toMatchObject({
      code: 'CONFLICT',
      message:
        'Two administrators with a passkey that counts are needed, and there is 1. Register passkeys first. A passkey counts 24 hours after its registration, or once another administrator has confirmed it.',
    })
    expect(await update({ operations: ['ACCESS'], passkeyHours: 1 })).toEqual({
      operations: ['ACCESS'],
      passkeyHours: 1,
    })
  })

  it.each([-1, 721])('does not take %d hours', async (passkeyHours) => {
    await protect(admin, [])
    expect(await update({ passkeyHours })).toMatchObject({ path: ['input', 'passkeyHours'] })
  })
})

it('is switched on only where everyone who can approve must use a second factor', async () => {
  const other = await startAdmin({}, { secondFactorGroups: ['admin', 'member'] })
  const erin = await addAdministrator(other, 'erin')
  await addAdministrator(other, 'finn')
  const message =
    'Everyone who can approve must use a second factor first. Set REQUIRE_SECOND_FACTOR=admin,member,operator and restart the server.'
  const answer = await erin.visitor.mutate('updateProtection', { operations: ['ACCESS'] }, 'operations')
  expect(answer).toMatchObject({ code: 'CONFLICT', path: ['input', 'operations'], message })
  await other.close()
})

describe('the audit log', () => {
  const entries = () => admin.server.db.auditEvent.findMany({ orderBy: { id: 'asc' } })
  const isRegistration = ({ action, actor }: { action: string; actor: string }) =>
    action === 'registerPasskey' && actor === 'bob'
  const early = 'less than 24 hours before'

  it('has a fault where a passkey was too young and no other person had confirmed it', async () => {
    // The entries of the registrations are new, so each approval with 24 hours in the tests above is too early for them.
    expect((await verifyAuditLog(admin.server.db)).fault).toContain(early)
    const all = await entries()
    const approval = all.findLast(({ action }) => action === 'approve')
    const registration = all.find(isRegistration)
    if (!approval || !registration) throw new Error('both are in the log')
    const { approvedBy, passkey } = approval.after as {
      approvedBy: string
      passkey: { credentialId: string }
    }
    expect(approvedBy).toBe('bob')
    const confirmation = (actor: string) => ({
      ...registration,
      action: 'confirmPasskey',
      actor,
      after: { credentialId: passkey.credentialId },
    })
    const faultAfter = async (hours: number, confirmedBy?: string) => {
      const verification = createApprovalVerification(admin.server.installation, { isWhole: false })
      const at = new Date(approval.at.getTime() - hours * 3_600_000)
      await verification.faultOf({ ...registration, at })
      if (confirmedBy) await verification.faultOf(confirmation(confirmedBy))
      return verification.faultOf(approval)
    }
    expect(await faultAfter(1)).toContain(early)
    expect(await faultAfter(24)).toBeNull()
    expect(await faultAfter(1, 'erin')).toBeNull()
    for (const name of ['bob', 'carol']) expect(await faultAfter(1, name), name).toContain(early)
  })
})
