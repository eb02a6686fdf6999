/** Tests that no account prevents what others decide about it: its requests for approval, and its lock-out. */
import { beforeEach, describe, expect, it } from 'vitest'
import { endSuspensions } from '#server/auth/lock-out.ts'
import { verifyAuditLog } from '#server/services/audit/verification.ts'
import { adminInFile, type GraphQLAnswer } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import {
  type Administrator,
  addAdministrator,
  administratorsInFile,
  approve,
  override,
  protect,
  refuse,
  signIn,
  waiting,
} from './people.ts'
import { entriesOf } from './policy-change.ts'

const admin = adminInFile()
const people = administratorsInFile(admin)
const mallory = inFile(() => addAdministrator(admin, 'mallory'))
beforeEach(() => protect(admin, ['ACCESS']))

const DAY_MS = 86_400_000
const ABOUT_YOU = { code: 'CONFLICT', message: 'It is about you. Another person must decide it.' }
const NO_PERSON = { code: 'CONFLICT', message: 'Only a person can object to it, in the console.' }

const documentOf = (mutation: string) => {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`
  return `mutation ($input: ${type}) { ${mutation}(input: $input) { __typename ... on Error { code message }${mutation === 'createApiKey' ? ' ... on CreateApiKeySuccess { key }' : ''} } }`
}
const ask = ({ visitor }: Administrator, mutation: string, input: object) =>
  visitor.execute(documentOf(mutation), { input })

const idOf = async (username: string) => {
  const { id } = await admin.server.installation.user.findUniqueOrThrow({ where: { username } })
  return btoa(`User:${id}`)
}
const lockOut = async (by: Administrator, username: string) =>
  ask(by, 'updateUser', { id: await idOf(username), banned: true })
const suspendedUntil = async (username: string) =>
  (await admin.server.installation.user.findUniqueOrThrow({ where: { username } })).suspendedUntil
const isLockedOut = async (username: string) =>
  (await admin.server.installation.user.findUniqueOrThrow({ where: { username } })).banned

/** Of the user, made by the administrator, who so knows it. */
async function makeKey({ visitor }: Administrator, username: string): Promise<string> {
  await protect(admin, [])
  const { key } = await visitor.mutate('createApiKey', { username, name: crypto.randomUUID() }, 'key')
  await protect(admin, ['ACCESS'])
  return key
}

async function withKey(key: string, mutation: string, input: object): Promise<GraphQLAnswer> {
  const headers = { 'content-type': 'application/json', 'x-api-key': key }
  const body = JSON.stringify({ query: documentOf(mutation), variables: { input } })
  return (await fetch(`${admin.adminUrl}/graphql`, { method: 'POST', headers, body })).json()
}

const refuseWithKey = async (key: string, id: string) => (await withKey(key, 'refuse', { id })).data?.refuse

describe('a change about a person', () => {
  it.each([
    ['updateUser', { role: 'VIEWER' }],
    ['removeUser', {}],
    ['secureUser', {}],
    ['resetSecondFactor', {}],
  ])('is not decided by this person: %s', async (mutation, further) => {
    const id = waiting(await ask(people.alice, mutation, { id: await idOf('mallory'), ...further }))
    expect(await refuse(mallory, id)).toMatchObject(ABOUT_YOU)
    expect(await approve({ ...mallory, partner: people.alice }, id)).toMatchObject(ABOUT_YOU)
    expect(await override(mallory, id, 'Now.')).toMatchObject(ABOUT_YOU)
    const { data } = await mallory.visitor.execute(
      'query ($id: ID!) { node(id: $id) { ... on Approval { obstacle refusalObstacle overrideObstacle } } }',
      { id },
    )
    expect(new Set(Object.values(data.node))).toEqual(new Set([ABOUT_YOU.message]))
    expect(await refuse(people.bob, id)).toMatchObject({
      state: 'OPEN',
      objection: { by: { username: 'bob' } },
    })
    expect(await refuse(people.alice, id)).toMatchObject({ state: 'WITHDRAWN' })
  })

  it('is not ended by who made the API key that asked, nor with that key', async () => {
    const key = await makeKey(mallory, 'alice')
    const input = { id: await idOf('mallory'), role: 'VIEWER' }
    const id = waiting(await withKey(key, 'updateUser', input))
    expect(await refuse(mallory, id)).toMatchObject(ABOUT_YOU)
    expect(await refuseWithKey(key, id)).toMatchObject(ABOUT_YOU)
    expect(await refuse(people.alice, id)).toMatchObject({ state: 'WITHDRAWN' })
  })

  it('is not refused where it is about an API key of this person', async () => {
    const input = { username: 'mallory', name: crypto.randomUUID() }
    const id = waiting(await ask(people.alice, 'createApiKey', input))
    expect(await refuse(mallory, id)).toMatchObject(ABOUT_YOU)
    expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
  })
})

describe('an API key', () => {
  it('refuses nothing, and withdraws only what it asked for', async () => {
    const [ofAlice, ofBob] = [await makeKey(people.alice, 'alice'), await makeKey(people.bob, 'bob')]
    const made = { username: 'bob', name: crypto.randomUUID() }
    const ofPerson = waiting(await ask(people.alice, 'createApiKey', { ...made, username: 'mallory' }))
    for (const key of [ofAlice, ofBob]) expect(await refuseWithKey(key, ofPerson)).toMatchObject(NO_PERSON)
    const ofKey = waiting(await withKey(ofAlice, 'createApiKey', { ...made, username: 'operator' }))
    expect(await refuseWithKey(ofBob, ofKey)).toMatchObject(NO_PERSON)
    expect(await refuseWithKey(await makeKey(mallory, 'alice'), ofKey)).toMatchObject(NO_PERSON)
    expect(await refuseWithKey(ofAlice, ofKey)).toMatchObject({ __typename: 'RefuseSuccess' })
    expect(await refuse(people.alice, ofPerson)).toMatchObject({ state: 'WITHDRAWN' })
  })
})

it('an API key of an unknown maker makes none of a known one', async () => {
  const key = await makeKey(people.alice, 'alice')
  const { id: referenceId } = await admin.server.installation.user.findUniqueOrThrow({
    where: { username: 'alice' },
  })
  // As an earlier version made it.
  await admin.server.installation.apikey.updateMany({ where: { referenceId }, data: { metadata: null } })
  const input = { username: 'alice', name: crypto.randomUUID() }
  const child = (await withKey(key, 'createApiKey', input)).data.createApiKey.key
  expect(await withKey(child, 'removeUser', { id: await idOf('mallory') })).toMatchObject({
    errors: [
      { message: expect.stringContaining('not known who has it'), extensions: { code: 'APPROVAL_REQUIRED' } },
    ],
  })
})

describe('a lock-out', () => {
  it('of a user takes one administrator for a day, and what is lasting takes two', async () => {
    const operator = await signIn(admin, 'operator')
    const id = await idOf('operator')
    waiting(await ask(people.alice, 'updateUser', { id, banned: true, role: 'VIEWER' }))
    const byKey = waiting(
      await withKey(await makeKey(people.alice, 'alice'), 'updateUser', { id, banned: true }),
    )
    expect(await refuse(people.alice, byKey)).toMatchObject({ state: 'WITHDRAWN' })
    const earliest = Date.now() + DAY_MS
    expect((await lockOut(people.alice, 'operator')).data.updateUser.__typename).toBe('UpdateUserSuccess')
    const until = (await suspendedUntil('operator'))?.getTime()
    expect(until).toBeGreaterThanOrEqual(earliest)
    expect(until).toBeLessThanOrEqual(Date.now() + DAY_MS)
    expect((await operator.execute('{ viewer { username } }')).data.viewer).toBeNull()
    expect((await admin.execute('{ viewer { username } }', {}, 'operator')).data.viewer).toBeNull()
    // One person does not make it longer.
    const forGood = waiting(await lockOut(people.alice, 'operator'))
    expect(await approve(people.bob, forGood)).toMatchObject({ state: 'EXECUTED' })
    expect([await isLockedOut('operator'), await suspendedUntil('operator')]).toEqual([true, null])
    const back = waiting(await ask(people.alice, 'updateUser', { id, banned: false }))
    expect(await isLockedOut('operator')).toBe(true)
    expect(await approve(people.bob, back)).toMatchObject({ state: 'EXECUTED' })
    expect(await isLockedOut('operator')).toBe(false)
  })

  it('of an administrator takes two, while fewer than two others could undo it', async () => {
    // Otherwise one stolen account could lock out all who can stop it.
    for (const username of ['alice', 'bob']) waiting(await lockOut(mallory, username))
    const id = waiting(await lockOut(people.alice, 'mallory'))
    expect(await refuse(mallory, id)).toMatchObject(ABOUT_YOU)
    expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
    expect([await isLockedOut('mallory'), await suspendedUntil('mallory')]).toEqual([true, null])
  })

  it('of one administrator of four takes one and ends automatically, and of another one two', async () => {
    await protect(admin, [])
    await addAdministrator(admin, 'dora')
    await protect(admin, ['ACCESS'])
    const { user } = admin.server.installation
    await user.update({ where: { username: 'mallory' }, data: { banned: false } })
    expect((await lockOut(people.alice, 'mallory')).data.updateUser.__typename).toBe('UpdateUserSuccess')
    waiting(await lockOut(people.alice, 'bob'))
    expect(await isLockedOut('bob')).toBe(false)
    await endSuspensions(admin.server.installation, new Date(Date.now() + DAY_MS - 60_000))
    expect(await isLockedOut('mallory')).toBe(true)
    // The server looks each minute.
    await user.update({ where: { username: 'mallory' }, data: { suspendedUntil: new Date() } })
    await endSuspensions(admin.server.installation, new Date())
    expect([await isLockedOut('mallory'), await suspendedUntil('mallory')]).toEqual([false, null])
    expect((await entriesOf(admin, 'updateUser')).at(-1)).toMatchObject({
      actor: 'job:end-suspensions',
      resource: 'mallory',
      before: { banned: true },
      after: { banned: false, suspendedUntil: null },
    })
    expect((await verifyAuditLog(admin.server.installation)).fault).toBeNull()
  })
})

describe('one administrator does not keep another one from acting', () => {
  it('by a change that changes nothing', async () => {
    const id = waiting(await ask(people.alice, 'updateUser', { id: await idOf('mallory'), role: 'VIEWER' }))
    const input = { id: await idOf('alice'), role: 'ADMIN' }
    expect((await ask(people.bob, 'updateUser', input)).data.updateUser.__typename).toBe('UpdateUserSuccess')
    expect((await people.alice.visitor.execute('{ viewer { username } }')).data.viewer).not.toBeNull()
    expect(await refuse(people.alice, id)).toMatchObject({ state: 'WITHDRAWN' })
  })

  it('by ending all sessions again and again', async () => {
    const secure = async () =>
      (await ask(people.bob, 'secureUser', { id: await idOf('mallory'), lockOut: false })).data.secureUser
    expect(await secure()).toMatchObject({ __typename: 'SecureUserSuccess' })
    expect(await secure()).toMatchObject({
      code: 'CONFLICT',
      message: 'You have secured mallory in the last 24 hours. Another administrator can do it again.',
    })
    const input = { id: await idOf('mallory'), lockOut: false }
    expect((await ask(people.alice, 'secureUser', input)).data.secureUser.__typename).toBe(
      'SecureUserSuccess',
    )
  })
})
