/** Tests what is protected: its settings, their own protection, members with certain marks, and runs. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'
import { type Administrator, addAdministrator, approve, type People, protect, waiting } from './people.ts'

let admin: TestAdmin
let people: People

beforeAll(async () => {
  admin = await startAdmin()
})
beforeEach(() => protect(admin, []))
afterAll(() => admin.close())

const FIELDS = 'operations trustMarkTypes commandLine validForHours version'
const update = ({ visitor }: Administrator, input: object) =>
  visitor.mutate('updateProtection', input, FIELDS)
const propose = ({ visitor }: Administrator, mutation: string, input: object) => {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`
  return visitor.execute(
    `mutation ($input: ${type}) { ${mutation}(input: $input) { __typename ... on Error { message } } }`,
    { input },
  )
}

describe('protection', () => {
  it('needs two administrators with a passkey', {
    tags: ['mutation/updateProtection/success', 'mutation/updateProtection/ConflictError'],
  }, async () => {
    const alice = await addAdministrator(admin, 'alice')
    expect(await update(alice, { operations: ['POLICY'] })).toMatchObject({
      code: 'CONFLICT',
      message: 'Two administrators with a passkey are needed, and there is 1. Register passkeys first.',
    })
    people = { alice, bob: await addAdministrator(admin, 'bob') }
    expect(await update(alice, { operations: ['POLICY'], validForHours: 24 })).toMatchObject({
      operations: ['POLICY', 'ACCESS'],
      validForHours: 24,
    })
  })

  it('protects its own change, and ends by an approval', {
    tags: ['mutation/updateProtection/audit'],
  }, async () => {
    await protect(admin, ['POLICY'])
    const id = waiting(await propose(people.alice, 'updateProtection', { operations: [] }))
    const { data } = await people.alice.visitor.execute('{ protection { operations } }')
    expect(data.protection.operations).toEqual(['POLICY', 'ACCESS'])
    expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
    const { operations } = await admin.server.installation.protection.findFirstOrThrow()
    expect(operations).toEqual([])
    const where = { action: { in: ['approveChangeRequest', 'updateProtection'] }, outcome: 'SUCCEEDED' }
    const entries = await admin.server.db.auditEvent.findMany({ where, orderBy: { id: 'desc' }, take: 2 })
    expect(entries).toMatchObject([
      { action: 'updateProtection', before: { operations: ['POLICY', 'ACCESS'] }, after: { operations: [] } },
      { action: 'approveChangeRequest', resource: atob(id).split(':')[1] },
    ])
  })

  it('refuses invalid settings, a late version and an old sign-in', {
    tags: [
      'mutation/updateProtection/InvalidInputError',
      'mutation/updateProtection/ReauthenticationRequiredError',
    ],
  }, async () => {
    expect(await update(people.alice, { validForHours: 0 })).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['input', 'validForHours'],
    })
    expect(await update(people.alice, { validForHours: 5, version: 999 })).toMatchObject({ code: 'CONFLICT' })
    const { session } = admin.server.installation
    const where = { user: { username: 'alice' } }
    await session.updateMany({ where, data: { createdAt: new Date(Date.now() - 3_600_000) } })
    expect(await update(people.alice, { validForHours: 5 })).toMatchObject({
      code: 'REAUTHENTICATION_REQUIRED',
    })
    await session.updateMany({ where, data: { createdAt: new Date() } })
  })
})

describe('the removal of members', () => {
  it('is protected for those with a mark of certain types only, and so is their mark', async () => {
    const type = 'https://ta.example.org/marks/protected'
    await admin.mutate('createTrustMarkType', { type }, 'id', 'admin')
    const [marked, plain] = [await startLeaf(admin), await startLeaf(admin)]
    const [{ id: markedId }, { id: plainId }] = [await register(admin, marked), await register(admin, plain)]
    const mark = await admin.mutate('issueTrustMark', { trustMarkType: type, entityId: marked.id }, 'id')
    await protect(admin, ['SUBORDINATE_REMOVAL'], { trustMarkTypes: [type] })
    waiting(await propose(people.alice, 'removeSubordinate', { id: markedId }))
    waiting(await propose(people.alice, 'revokeTrustMark', { id: mark.id }))
    const { data } = await propose(people.alice, 'removeSubordinate', { id: plainId })
    expect(data.removeSubordinate.__typename).toBe('MutationRemoveSubordinateSuccess')
  })
})

describe('a run', () => {
  it('makes the changes of an approved start, and none without', async () => {
    const leaf = await startLeaf(admin, { metadata: relyingParty })
    const { id } = await register(admin, leaf)
    const isActive = async () =>
      (await admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId: leaf.id } })).active
    await protect(admin, ['SUBORDINATE_REMOVAL'])
    const request = waiting(
      await propose(people.alice, 'startSubordinateChange', { action: 'DEACTIVATE', ids: [id] }),
    )
    expect(await approve(people.bob, request)).toMatchObject({ state: 'EXECUTED' })
    await expect.poll(isActive).toBe(false)
    await admin.server.db.renewalRun.updateMany({ data: { state: 'SUCCEEDED' } })
    await protect(admin, [])
    await propose(people.alice, 'reactivateSubordinate', { id })

    // A run that was started before the protection has no approval.
    const where = { kind: 'SUBORDINATE_CHANGE' }
    const { parameters } = await admin.server.db.renewalRun.findFirstOrThrow({ where })
    await protect(admin, ['SUBORDINATE_REMOVAL'])
    const run = await admin.server.db.renewalRun.create({
      data: {
        ...where,
        parameters: parameters as object,
        startedBy: 'alice',
        startedMethod: 'session',
        total: 1,
        heartbeatAt: new Date(0),
        items: { create: { key: atob(id).split(':')[1] ?? '', resource: leaf.id } },
      },
    })
    const state = async () => admin.server.db.renewalRun.findUniqueOrThrow({ where: { id: run.id } })
    await expect.poll(async () => (await state()).failed).toBe(1)
    expect(await isActive()).toBe(true)
  })
})
