/** Tests the other ends of approvals: refused, withdrawn, and ended with the rights of the requester. */
import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAccounts } from '#server/auth/accounts.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import {
  type Administrator,
  addAdministrator,
  administratorsInFile,
  approve,
  comment,
  protect,
  refuse,
  signed,
  waiting,
} from './people.ts'
import { createPolicies, entriesOf, presentPolicy, proposePolicy } from './policy-change.ts'

const admin = adminInFile()
const people = administratorsInFile(admin)
const carol = inFile(() => addAdministrator(admin, 'carol'))
beforeEach(() => protect(admin, ['ANCHOR']))

const newPolicy = createPolicies()
const propose = (policy: object) => proposePolicy(people.alice, policy)
/** Whose partner did not ask. */
const signAndApprove = ({ visitor, device }: Administrator, id: string) => approve({ visitor, device }, id)

describe('an approval', () => {
  it('is refused by two others, and withdrawn by its requester', {
    tags: ['mutation/refuse/success', 'mutation/refuse/audit', 'mutation/refuse/ConflictError'],
  }, async () => {
    const [first, second] = [waiting(await propose(newPolicy())), waiting(await propose(newPolicy()))]
    const objection = { by: { username: 'bob' }, text: 'Not now.' }
    expect(await refuse(people.bob, first, 'Not now.')).toMatchObject({
      state: 'OPEN',
      decidedBy: null,
      objection,
    })
    expect(await refuse(people.bob, first)).toMatchObject({
      code: 'CONFLICT',
      message: 'You have objected to it. If another person objects too, it ends.',
    })
    expect(await refuse(carol, first, 'Nor ever.')).toMatchObject({
      state: 'REFUSED',
      decidedBy: { username: 'carol' },
      objection,
    })
    expect(await refuse(people.alice, second, null)).toMatchObject({
      state: 'WITHDRAWN',
      decidedBy: { username: 'alice' },
    })
    expect(await approve(people.bob, first)).toMatchObject({ code: 'CONFLICT', message: 'It was refused.' })
    expect(await refuse(people.bob, second)).toMatchObject({ code: 'CONFLICT' })
    expect((await entriesOf(admin, 'refuse')).slice(-3)).toMatchObject([
      { actor: 'bob', after: { state: 'OPEN' }, reason: 'Not now.' },
      { actor: 'carol', after: { state: 'REFUSED' }, reason: 'Nor ever.' },
      { actor: 'alice', after: { state: 'WITHDRAWN' } },
    ])
  })

  it('is approved although one person objected, also by this person', async () => {
    for (const approver of [carol, people.bob]) {
      const policy = newPolicy()
      const id = waiting(await propose(policy))
      expect(await refuse(people.bob, id)).toMatchObject({ state: 'OPEN' })
      const { visitor, device } = approver
      await comment(people.alice, id, 'A test.')
      expect(await approve({ visitor, device }, id)).toMatchObject({ state: 'EXECUTED' })
      expect(await presentPolicy(admin)).toEqual(policy)
    }
  })

  it('ends by two objections at the same time, which are of two people', async () => {
    const id = waiting(await propose(newPolicy()))
    const answers = await Promise.all([refuse(people.bob, id), refuse(people.bob, id), refuse(carol, id)])
    const { objectedBy, state, decidedBy } = await admin.server.installation.approval.findUniqueOrThrow({
      where: { id: Number(atob(id).split(':')[1]) },
    })
    expect(answers.some((answer) => answer.state === 'OPEN')).toBe(true)
    expect(['bob', 'carol']).toContain(objectedBy)
    if (state === 'REFUSED') expect(decidedBy).not.toBe(objectedBy)
    else expect(state).toBe('OPEN')
  })

  it('is not refused or overridden without need', {
    tags: [
      'mutation/refuse/InvalidInputError',
      'mutation/refuse/NotFoundError',
      'mutation/override/NotFoundError',
    ],
  }, async () => {
    const id = waiting(await propose(newPolicy()))
    expect(await refuse(people.bob, id, 'x'.repeat(1001))).toMatchObject({ code: 'INVALID_INPUT' })
    const unknown = btoa('Approval:999999')
    expect(await refuse(people.bob, unknown)).toMatchObject({ code: 'NOT_FOUND' })
    const { passkey } = await signed(people.bob, id)
    const input = { id: unknown, reason: 'Now.', passkey }
    expect(await people.bob.visitor.mutate('override', input, 'id')).toMatchObject({
      code: 'NOT_FOUND',
    })
    expect(await refuse(people.bob, id, null)).toMatchObject({ code: 'INVALID_INPUT' })
    expect(await refuse(people.bob, id)).toMatchObject({ state: 'OPEN' })
  })
})

describe('an approval ends with the rights of its requester', () => {
  const accounts = () => createAccounts(admin.server)
  const ends = {
    'is locked out': (username: string) =>
      accounts().updateUser(cliCaller('test'), username, { banned: true }),
    'has another role': (username: string) =>
      accounts().updateUser(cliCaller('test'), username, { role: 'viewer' }),
    'is removed': async (username: string) => {
      const { id } = await admin.server.installation.user.findUniqueOrThrow({ where: { username } })
      await accounts().removeUser(cliCaller('test'), id)
    },
  }

  it.each(Object.entries(ends))('who %s', async (_name, end) => {
    await protect(admin, [])
    const username = `carol-${randomUUID()}`
    const carol = await addAdministrator(admin, username)
    await protect(admin, ['ANCHOR'])
    const before = await presentPolicy(admin)
    const id = waiting(await proposePolicy(carol, newPolicy()))
    await comment(carol, id, 'A test.')
    await protect(admin, [])
    await end(username)
    await protect(admin, ['ANCHOR'])
    expect(await signAndApprove(people.bob, id)).toMatchObject({
      code: 'CONFLICT',
      message: 'It was refused.',
    })
    expect(await presentPolicy(admin)).toEqual(before)
    const document =
      'query ($id: ID!) { node(id: $id) { ... on Approval { state message decidedBy { username } } } }'
    expect((await people.bob.visitor.execute(document, { id })).data.node).toEqual({
      state: 'REFUSED',
      message: 'The rights of the requester have changed since. Make the change again.',
      decidedBy: { username: 'cli:test' },
    })
  })

  it('but not by the change of rights that it asks for', async () => {
    await protect(admin, [])
    const username = `carol-${randomUUID()}`
    const carol = await addAdministrator(admin, username)
    const { id: userId } = await admin.server.installation.user.findUniqueOrThrow({ where: { username } })
    await protect(admin, ['ACCESS'])
    const document = 'mutation ($input: UpdateUserInput!) { updateUser(input: $input) { __typename } }'
    const input = { id: btoa(`User:${userId}`), role: 'OPERATOR' }
    const id = waiting(await carol.visitor.execute(document, { input }))
    await comment(carol, id, 'A test.')
    expect(await signAndApprove(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
  })
})

describe('the discussion of an approval', () => {
  it('gives the reason, without which nobody approves', {
    tags: [
      'mutation/commentApproval/success',
      'mutation/commentApproval/audit',
      'mutation/commentApproval/InvalidInputError',
      'mutation/commentApproval/NotFoundError',
    ],
  }, async () => {
    const id = waiting(await propose(newPolicy()))
    const bob = { visitor: people.bob.visitor, device: people.bob.device }
    expect(await approve(bob, id)).toMatchObject({
      code: 'CONFLICT',
      message: 'There is no reason yet. The requester can add one in the discussion.',
    })
    expect(await comment(people.bob, id, 'Why?')).toMatchObject({ reason: null })
    const early = await signed(bob, id)
    expect(await comment(people.alice, id, 'The law asks for it.')).toEqual({
      reason: 'The law asks for it.',
      comments: [
        { by: { username: 'bob' }, text: 'Why?' },
        { by: { username: 'alice' }, text: 'The law asks for it.' },
      ],
    })
    expect(await comment(people.alice, id, 'As said.')).toMatchObject({ reason: 'The law asks for it.' })
    expect(await comment(people.alice, id, ' ')).toMatchObject({ code: 'INVALID_INPUT' })
    expect(await comment(people.alice, btoa('Approval:999999'), 'x')).toMatchObject({
      code: 'NOT_FOUND',
    })
    // The reason is a part of what is signed.
    expect(await bob.visitor.mutate('approve', early, 'state')).toMatchObject({
      code: 'INVALID_INPUT',
    })
    expect(await approve(bob, id)).toMatchObject({ state: 'EXECUTED' })
    expect((await entriesOf(admin, 'commentApproval')).at(-1)).toMatchObject({
      actor: 'alice',
      after: { text: 'As said.' },
    })
    expect((await entriesOf(admin, 'updateFederationPolicy')).at(-1)).toMatchObject({
      reason: expect.stringMatching(/^Approval \d+ of alice\. The law asks for it\.$/),
    })
  })

  it('ends after a hundred comments', { tags: ['mutation/commentApproval/ConflictError'] }, async () => {
    const id = waiting(await propose(newPolicy()))
    const comments = Array.from({ length: 100 }, () => ({
      at: new Date().toISOString(),
      by: 'bob',
      text: 'x',
    }))
    await admin.server.installation.approval.update({
      where: { id: Number(atob(id).split(':')[1]) },
      data: { comments },
    })
    expect(await comment(people.bob, id, 'One more.')).toMatchObject({ code: 'CONFLICT' })
    // The reason is not kept out, because no one could approve without it.
    const { reason, comments: kept } = await comment(people.alice, id, 'The law asks for it.')
    expect([reason, kept.length]).toEqual(['The law asks for it.', 100])
    expect(await comment(people.alice, id, 'One more.')).toMatchObject({ code: 'CONFLICT' })
    expect(await signAndApprove(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
  })
})
