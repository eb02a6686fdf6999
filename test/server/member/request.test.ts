/** Tests requests: what members may ask for, what both sides see and write, and that a request ends once. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'
import type { Visitor } from '#test/helpers/visitor.ts'

const MARK = 'https://marks.example.org/research'

let admin: TestAdmin
let anna: Visitor
let bo: Visitor
let organizationId: string
let otherId: string
beforeAll(async () => {
  admin = await startAdmin()
  organizationId = (await admin.mutate('createOrganization', { name: 'Lund' }, 'id')).id
  otherId = (await admin.mutate('createOrganization', { name: 'Oslo' }, 'id')).id
  await admin.mutate('createTrustMarkType', { type: MARK }, 'id')
  anna = await signInAsMember(admin, { organizationId, email: 'anna@lu.example' })
  bo = await signInAsMember(admin, { organizationId: otherId, email: 'bo@uio.example' })
})
afterAll(() => admin.close())
afterEach(async () => {
  await admin.server.db.request.deleteMany()
  await admin.server.db.rateLimit.deleteMany()
})

const REQUEST = `id kind state entityId organizationName trustMarkType changes declared version decidedAt submittedBy
  checks { name status } steps { action actor byMember text }`
const submit = (input: object, visitor = anna) =>
  visitor.mutate('submitRequest', { organizationId, kind: 'REGISTER', ...input }, REQUEST)
const operate = (name: string, input: object) => admin.mutate(name, input, REQUEST)
const leaf = () => startLeaf(admin, { metadata: relyingParty })
const requestOf = async (visitor: Visitor, id: string) =>
  (await visitor.execute(`query ($id: ID!) { request(id: $id) { ${REQUEST} } }`, { id })).data.request
const listed = async () =>
  (await admin.execute(`{ requests(first: 100) { totalCount edges { node { id state } } } }`)).data.requests

/** An entity of the organization of Anna. */
async function member() {
  const entity = await leaf()
  await register(admin, entity, { organizationId })
  return entity
}

describe('a submitted request', () => {
  it('has the checks of the entity, and waits for an operator', {
    tags: ['mutation/submitRequest/success', 'mutation/submitRequest/audit'],
  }, async () => {
    const { id: entityId } = await leaf()
    const request = await submit({ entityId, message: ' Our new service. ' })
    expect(request).toMatchObject({
      kind: 'REGISTER',
      state: 'WAITING_FOR_OPERATOR',
      entityId,
      organizationName: 'Lund',
      changes: {},
      declared: { metadata: { openid_relying_party: {} }, jwks: { keys: [{}] } },
      decidedAt: null,
      submittedBy: 'anna@lu.example',
      steps: [{ action: 'SUBMITTED', actor: 'anna@lu.example', byMember: true, text: 'Our new service.' }],
    })
    expect(request.checks).toContainEqual({ name: 'SIGNATURE', status: 'PASSED' })
    expect(await admin.server.db.subordinate.count({ where: { entityId } })).toBe(0)
    expect(await requestOf(anna, request.id)).toEqual(request)
    expect(await listed()).toEqual({
      totalCount: 1,
      edges: [{ node: { id: request.id, state: 'WAITING_FOR_OPERATOR' } }],
    })
    expect(await admin.server.db.auditEvent.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({
      action: 'submitRequest',
      resourceType: 'Request',
      resource: entityId,
      actor: 'anna@lu.example',
    })
  })

  it('is not placed when the entity fails a check', {
    tags: 'mutation/submitRequest/EntityRejectedError',
  }, async () => {
    const { id: entityId } = await startLeaf(admin, {
      metadata: relyingParty,
      authorityHints: ['https://another.example.org'],
    })
    expect(await submit({ entityId })).toMatchObject({
      code: 'ENTITY_REJECTED',
      path: ['input', 'entityId'],
      message: expect.stringContaining('authority_hints'),
    })
    expect((await listed()).totalCount).toBe(0)
  })

  it.each([
    [{ kind: 'CHANGE' }, ['changes'], 'Say what shall change'],
    [
      { kind: 'WITHDRAW', changes: { metadata: relyingParty } },
      ['changes'],
      'Only a registration or a change',
    ],
    [{ kind: 'TRUST_MARK' }, ['trustMarkType'], 'Name the type'],
    [{ kind: 'REGISTER', trustMarkType: MARK }, ['trustMarkType'], 'has a type'],
    [{ message: 'x'.repeat(2001) }, ['message'], '2001 characters'],
    [{ changes: { jwks: { keys: [] } } }, ['changes', 'jwks'], 'key'],
    [
      { changes: { metadata: { openid_relying_party: { redirect_uris: 'https://a.example' } } } },
      ['changes', 'metadata', 'openid_relying_party', 'redirect_uris'],
      'redirect_uris',
    ],
  ])(
    'with %o is refused at its field',
    { tags: 'mutation/submitRequest/InvalidInputError' },
    async (input, path, text) => {
      expect(await submit({ entityId: 'https://rp.example.org', ...input })).toMatchObject({
        code: 'INVALID_INPUT',
        path: ['input', ...path],
        message: expect.stringContaining(text),
      })
    },
  )

  it('is about an entity of the organization, or a new one', {
    tags: ['mutation/submitRequest/NotFoundError', 'mutation/submitRequest/ConflictError'],
  }, async () => {
    const { id: entityId } = await leaf()
    await register(admin, { id: entityId }, { organizationId: otherId })
    const notOurs = { code: 'NOT_FOUND', message: `The organization has no entity ${entityId} here.` }
    const changes = { metadata: relyingParty }
    expect(await submit({ kind: 'CHANGE', entityId, changes })).toMatchObject(notOurs)
    expect(await submit({ kind: 'WITHDRAW', entityId })).toMatchObject(notOurs)
    expect(await submit({ kind: 'TRUST_MARK', entityId, trustMarkType: MARK })).toMatchObject(notOurs)
    expect(await submit({ entityId })).toMatchObject({
      code: 'CONFLICT',
      path: ['input', 'entityId'],
      message: `${entityId} is already registered.`,
    })
  })

  it('asks for a type that is issued here, and that the entity does not hold', async () => {
    const { id: entityId } = await member()
    const ask = (trustMarkType: string) => submit({ kind: 'TRUST_MARK', entityId, trustMarkType })
    expect(await ask('https://marks.example.org/none')).toMatchObject({ code: 'INVALID_INPUT' })
    await admin.mutate('issueTrustMark', { trustMarkType: MARK, entityId }, 'id')
    expect(await ask(MARK)).toMatchObject({ code: 'CONFLICT', path: ['input', 'trustMarkType'] })
  })

  it('is the only open one of the organization for an entity, also at the same time', async () => {
    const { id: entityId } = await member()
    const answers = await Promise.all(Array.from({ length: 4 }, () => submit({ kind: 'WITHDRAW', entityId })))
    expect(answers.filter(({ state }) => state === 'WAITING_FOR_OPERATOR')).toHaveLength(1)
    expect(answers.filter(({ code }) => code === 'CONFLICT')).toHaveLength(3)
  })

  it('is refused where the organization takes no part, and for another organization', async () => {
    const { id: entityId } = await leaf()
    await admin.mutate('updateOrganization', { id: organizationId, active: false }, 'id')
    expect(await submit({ entityId })).toMatchObject({
      code: 'CONFLICT',
      message: 'Lund takes no part in the federation.',
    })
    await admin.mutate('updateOrganization', { id: organizationId, active: true }, 'id')
    expect(await submit({ entityId, organizationId: otherId })).toMatchObject({
      code: 'NOT_FOUND',
      message: 'You act for no such organization.',
    })
    expect(await submit({ entityId, anchor: 'none' })).toMatchObject({
      code: 'NOT_FOUND',
      message: 'Name an anchor that admits the organization: main.',
    })
  })
})

it('ten requests a minute cost as many fetches, and the others wait', {
  tags: 'mutation/submitRequest/TooManyRequestsError',
}, async () => {
  const entity = await leaf()
  const answers = await Promise.all(Array.from({ length: 30 }, () => submit({ entityId: entity.id })))
  expect(answers.filter(({ code }) => code === 'TOO_MANY_REQUESTS')).toHaveLength(20)
  expect(answers.filter(({ state }) => state)).toHaveLength(1)
  expect(entity.requests.length).toBeLessThanOrEqual(10)
})

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
      { action: 'SUBMITTED', actor: 'anna@lu.example', byMember: true, text: null },
      { action: 'RETURNED', actor: null, byMember: false, text: 'Which faculty?' },
      { action: 'COMMENTED', actor: null, byMember: false, text: 'No hurry.' },
      { action: 'COMMENTED', actor: 'anna@lu.example', byMember: true, text: 'Law.' },
    ])
    const { data } = await admin.execute(`{ request(id: "${id}") { steps { actor } organization { name } } }`)
    expect(data.request.steps[1]).toEqual({ actor: 'operator' })
    expect(data.request.organization).toEqual({ name: 'Lund' })
  })

  it('see a request end once, whoever ends it', {
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
