/** Tests what is protected: its settings, their own protection, members with certain marks, and runs. */
import { beforeEach, describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'
import { dryRun } from './filled.ts'
import {
  type Administrator,
  addAdministrator,
  approve,
  type People,
  partners,
  protect,
  waiting,
} from './people.ts'

let people: People

const admin = adminInFile({}, { secondFactorGroups: ['admin', 'operator'] })
beforeEach(() => protect(admin, []))

const FIELDS = 'operations commandLine validForHours version'
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
    const obstacles = async () =>
      (await alice.visitor.execute('{ protection { obstacles } }')).data.protection.obstacles
    const { data } = await alice.visitor.execute('{ protection { operations breakGlass } }')
    expect(data.protection).toEqual({ operations: [], breakGlass: 'AT_ONCE' })
    expect(await obstacles()).toEqual([
      'Two administrators with a passkey that counts are needed, and there is 1. Register passkeys first.',
    ])
    expect(await update(alice, { operations: ['ANCHOR'] })).toMatchObject({
      code: 'CONFLICT',
      message:
        'Two administrators with a passkey that counts are needed, and there is 1. Register passkeys first.',
    })
    people = partners(alice, await addAdministrator(admin, 'bob'))
    expect(await obstacles()).toEqual([])
    const viewer = await admin.execute('{ protection { obstacles } }')
    expect(viewer.data.protection.obstacles).toEqual([])
    expect(await update(alice, { operations: ['ANCHOR'], validForHours: 24 })).toMatchObject({
      operations: ['ANCHOR', 'ACCESS'],
      validForHours: 24,
    })
  })

  it('protects its own change, and ends by an approval', {
    tags: ['mutation/updateProtection/audit'],
  }, async () => {
    await protect(admin, ['ANCHOR'])
    const id = waiting(await propose(people.alice, 'updateProtection', { operations: [] }))
    const { data } = await people.alice.visitor.execute('{ protection { operations } }')
    expect(data.protection.operations).toEqual(['ANCHOR', 'ACCESS'])
    expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
    const { operations } = await admin.server.installation.protection.findFirstOrThrow()
    expect(operations).toEqual([])
    const where = { action: { in: ['approve', 'updateProtection'] }, outcome: 'SUCCEEDED' }
    const entries = await admin.server.db.auditEvent.findMany({ where, orderBy: { id: 'desc' }, take: 2 })
    expect(entries).toMatchObject([
      { action: 'updateProtection', before: { operations: ['ANCHOR', 'ACCESS'] }, after: { operations: [] } },
      { action: 'approve', resource: atob(id).split(':')[1] },
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

describe('what is chosen', () => {
  it.each([
    [['MEMBERS'], ['ANCHOR', 'MEMBERS', 'ACCESS']],
    [['TRUST_MARKS'], ['ANCHOR', 'TRUST_MARKS', 'ACCESS']],
    [['ANCHOR'], ['ANCHOR', 'ACCESS']],
    [['ACCESS'], ['ACCESS']],
  ] as const)('%j protects what does the same by another way', async (chosen, operations) => {
    await protect(admin, chosen)
    const { data } = await people.alice.visitor.execute('{ protection { operations } }')
    expect(data.protection.operations).toEqual(operations)
  })
})

describe('a run', () => {
  it('makes the changes of an approved start, and none without', async () => {
    const { leaf, id } = await registerLeaf(admin)
    const isActive = async () =>
      (await admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId: leaf.id } })).active
    await protect(admin, ['MEMBERS'])
    const input = { action: 'DEACTIVATE', subordinates: { ids: [id] } }
    const request = waiting(
      await propose(people.alice, 'executeDryRun', {
        id: await dryRun(admin, 'startSubordinateChange', input),
      }),
    )
    expect(await approve(people.bob, request)).toMatchObject({ state: 'EXECUTED' })
    await expect.poll(isActive).toBe(false)
    await admin.server.db.run.updateMany({ data: { state: 'SUCCEEDED' } })
    await protect(admin, [])
    await propose(people.alice, 'reactivateSubordinate', { id })

    // A run that was started before the protection has no approval.
    const where = { kind: 'CONFIGURATION' }
    const step = {
      ...{ section: 'members', key: leaf.id, verb: 'CHANGE', fields: { active: false } },
      changes: [{ path: 'active', before: true, after: false }],
    }
    const { parameters } = await admin.server.db.run.findFirstOrThrow({
      where,
      orderBy: { id: 'desc' },
    })
    await protect(admin, ['MEMBERS'])
    const run = await admin.server.db.run.create({
      data: {
        ...where,
        parameters: parameters as object,
        startedBy: 'alice',
        startedMethod: 'session',
        total: 1,
        heartbeatAt: new Date(0),
        items: { create: { key: 'members CHANGE', resource: leaf.id, input: step } },
      },
    })
    const state = async () => admin.server.db.run.findUniqueOrThrow({ where: { id: run.id } })
    await expect.poll(async () => (await state()).failed).toBe(1)
    expect(await isActive()).toBe(true)
  })
})
