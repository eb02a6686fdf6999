/** Tests requests: what members may ask for, and what is checked before it is placed. */
import { beforeAll, describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'
import { placedRequestsInFile } from './placed-requests.ts'

const MARK = 'https://marks.example.org/research'

const admin = adminInFile()
const { organization, other, anna, submit, requestOf, member } = placedRequestsInFile(admin)
beforeAll(async () => {
  await admin.mutate('createTrustMarkType', { type: MARK }, 'id')
})

const leaf = () => startLeaf(admin)
const listed = async () =>
  (await admin.execute(`{ requests(first: 100) { totalCount edges { node { id state } } } }`)).data.requests

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
      submittedBy: { username: 'anna@lu.example' },
      steps: [
        {
          action: 'SUBMITTED',
          actor: { username: 'anna@lu.example' },
          byMember: true,
          text: 'Our new service.',
        },
      ],
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
    [{ kind: 'CHANGE' }, ['changes'], 'Say what to change'],
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
    await register(admin, { id: entityId }, { organizationId: other.id })
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
    await admin.mutate('updateOrganization', { id: organization.id, active: false }, 'id')
    expect(await submit({ entityId })).toMatchObject({
      code: 'CONFLICT',
      message: 'Lund takes no part in the federation.',
    })
    await admin.mutate('updateOrganization', { id: organization.id, active: true }, 'id')
    expect(await submit({ entityId, organizationId: other.id })).toMatchObject({
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
