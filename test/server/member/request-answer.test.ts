/** Tests the answers to requests: what both sides see and write, and that a request ends once. */
import { describe, expect, it } from 'vitest'
import { prune } from '#server/jobs/prune.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'
import { placedRequestsInFile, REQUEST } from './placed-requests.ts'

const admin = adminInFile()
const { other, anna, submit, requestOf } = placedRequestsInFile(admin)
const bo = inFile(() => signInAsMember(admin, { organizationId: other.id, email: 'bo@uio.example' }))

const operate = (name: string, input: object) => admin.mutate(name, input, REQUEST)
const leaf = () => startLeaf(admin)

describe('both sides', () => {
  it('write to each other; an answer gives the request back to the operators', {
    tags: [
      'mutation/returnRequest/success',
      'mutation/returnRequest/audit',
      'mutation/commentRequest/success',
      'mutation/commentRequest/audit',
    ],
  }, async () => {
    const { id: entityId } = await leaf()
    const { id } = await submit({ entityId })
    expect(await operate('returnRequest', { id, message: 'Which faculty?' })).toMatchObject({
      state: 'WAITING_FOR_MEMBER',
    })
    expect(await operate('commentRequest', { id, text: 'No hurry.' })).toMatchObject({
      state: 'WAITING_FOR_MEMBER',
    })
    const answered = await anna.mutate('commentRequest', { id, text: 'Law.' }, REQUEST)
    expect(answered.state).toBe('WAITING_FOR_OPERATOR')
    // Members do not learn who the operators are.
    expect(answered.steps).toEqual([
      { action: 'SUBMITTED', actor: { username: 'anna@lu.example' }, byMember: true, text: null },
      { action: 'RETURNED', actor: null, byMember: false, text: 'Which faculty?' },
      { action: 'COMMENTED', actor: null, byMember: false, text: 'No hurry.' },
      { action: 'COMMENTED', actor: { username: 'anna@lu.example' }, byMember: true, text: 'Law.' },
    ])
    const { data } = await admin.execute(
      `{ request(id: "${id}") { steps { actor { username } } organization { name } } }`,
    )
    expect(data.request.steps[1]).toEqual({ actor: { username: 'operator' } })
    expect(data.request.organization).toEqual({ name: 'Lund' })
  })

  it('see a request end once, from either side', {
    tags: [
      'mutation/refuseRequest/success',
      'mutation/refuseRequest/audit',
      'mutation/withdrawRequest/success',
      'mutation/withdrawRequest/audit',
      'mutation/refuseRequest/ConflictError',
      'mutation/withdrawRequest/ConflictError',
      'mutation/returnRequest/ConflictError',
      'mutation/commentRequest/ConflictError',
      'mutation/approveRequest/ConflictError',
    ],
  }, async () => {
    const { id: entityId } = await leaf()
    const { id } = await submit({ entityId })
    expect(await operate('refuseRequest', { id, reason: 'Not a university.' })).toMatchObject({
      state: 'REFUSED',
      decidedAt: expect.any(String),
    })
    const over = { code: 'CONFLICT', message: 'It was refused. Nothing more can be done with it.' }
    expect(await operate('refuseRequest', { id, reason: 'Again.' })).toMatchObject(over)
    expect(await operate('approveRequest', { id })).toMatchObject(over)
    expect(await operate('returnRequest', { id, message: 'Why?' })).toMatchObject(over)
    expect(await anna.mutate('withdrawRequest', { id }, REQUEST)).toMatchObject(over)
    expect(await anna.mutate('commentRequest', { id, text: 'Why?' }, REQUEST)).toMatchObject(over)
    const second = await submit({ entityId })
    expect(
      await anna.mutate('withdrawRequest', { id: second.id, message: 'Too early.' }, REQUEST),
    ).toMatchObject({ state: 'WITHDRAWN', steps: [{}, { action: 'WITHDRAWN', text: 'Too early.' }] })
    expect(await operate('approveRequest', { id: second.id })).toMatchObject({
      message: 'It was withdrawn. Nothing more can be done with it.',
    })
    expect(await admin.server.db.subordinate.count({ where: { entityId } })).toBe(0)
  })

  it('notice a change of the other one', async () => {
    const { id: entityId } = await leaf()
    const { id, version } = await submit({ entityId })
    await anna.mutate('commentRequest', { id, text: 'One more thing.' }, REQUEST)
    expect(await operate('refuseRequest', { id, version, reason: 'No.' })).toMatchObject({
      code: 'CONFLICT',
      path: ['input', 'version'],
    })
  })

  it.each([
    ['refuseRequest', { reason: ' ' }, 'reason', 'Say why'],
    ['returnRequest', { message: '' }, 'message', 'Say what'],
    ['commentRequest', { text: 'x'.repeat(2001) }, 'text', '2001 characters'],
  ])(
    'cannot send %s with %o',
    {
      tags: [
        'mutation/refuseRequest/InvalidInputError',
        'mutation/returnRequest/InvalidInputError',
        'mutation/commentRequest/InvalidInputError',
      ],
    },
    async (name, input, field, text) => {
      const { id } = await submit({ entityId: (await leaf()).id })
      expect(await operate(name, { id, ...input })).toMatchObject({
        code: 'INVALID_INPUT',
        path: ['input', field],
        message: expect.stringContaining(text),
      })
    },
  )

  it('cannot write texts without an end', {
    tags: ['mutation/withdrawRequest/InvalidInputError', 'mutation/approveRequest/InvalidInputError'],
  }, async () => {
    const { id } = await submit({ entityId: (await leaf()).id })
    const message = 'x'.repeat(2001)
    expect(await anna.mutate('withdrawRequest', { id, message }, REQUEST)).toMatchObject({
      code: 'INVALID_INPUT',
    })
    expect(await operate('approveRequest', { id, message })).toMatchObject({ code: 'INVALID_INPUT' })
    await admin.server.db.requestStep.createMany({
      data: Array.from({ length: 199 }, () => ({
        requestId: Number(Buffer.from(id, 'base64').toString().split(':')[1]),
        action: 'COMMENTED',
        actor: 'anna@lu.example',
        byMember: true,
        text: 'Hello?',
      })),
    })
    expect(await anna.mutate('commentRequest', { id, text: 'Hello?' }, REQUEST)).toMatchObject({
      code: 'CONFLICT',
      message: 'It has 200 comments. Decide it.',
    })
    expect(await operate('refuseRequest', { id, reason: 'Enough.' })).toMatchObject({ state: 'REFUSED' })
  })
})

it('a decided request is kept for a year, and an open one for longer', async () => {
  const { db } = admin.server
  const { id } = await submit({ entityId: (await leaf()).id })
  await submit({ entityId: (await leaf()).id })
  await operate('refuseRequest', { id, reason: 'No.' })
  const afterDays = (days: number) => new Date(Date.now() + days * 86_400_000)
  await prune(db, afterDays(364))
  expect(await db.request.count()).toBe(2)
  await prune(db, afterDays(366))
  expect(await db.request.findMany()).toMatchObject([{ state: 'WAITING_FOR_OPERATOR' }])
  expect(await db.requestStep.count()).toBe(1)
})

describe('people of another organization', () => {
  it('find no request, and cannot answer or withdraw it', {
    tags: ['mutation/withdrawRequest/NotFoundError', 'mutation/commentRequest/NotFoundError'],
  }, async () => {
    const { id } = await submit({ entityId: (await leaf()).id })
    expect(await requestOf(bo, id)).toBeNull()
    const none = { code: 'NOT_FOUND', message: 'There is no such request.' }
    expect(await bo.mutate('withdrawRequest', { id }, REQUEST)).toMatchObject(none)
    expect(await bo.mutate('commentRequest', { id, text: 'Hello' }, REQUEST)).toMatchObject(none)
    const { data } = await bo.execute(
      '{ viewer { organizations { anchors { requests(first: 10) { totalCount edges { node { id } } } } } } }',
    )
    expect(data.viewer.organizations[0].anchors[0].requests).toEqual({ totalCount: 0, edges: [] })
    const own = await anna.execute(
      '{ viewer { organizations { anchors { requests(isOpen: true) { edges { node { id } } } } } } }',
    )
    expect(own.data.viewer.organizations[0].anchors[0].requests.edges).toEqual([{ node: { id } }])
  })

  it.each([
    ['approveRequest', {}],
    ['refuseRequest', { reason: 'No.' }],
    ['returnRequest', { message: 'What?' }],
  ])('of no organization reach %s', async (name, input) => {
    const { id } = await submit({ entityId: (await leaf()).id })
    for (const visitor of [anna, bo]) {
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
      const document = `mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`
      const { errors } = await visitor.execute(document, { input: { id, ...input } })
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    }
    expect(await requestOf(anna, id)).toMatchObject({ state: 'WAITING_FOR_OPERATOR' })
  })
})
