/** Tests the REST API for requests of organizations: the queue, the decisions of operators and their audit entries. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PASSWORD, startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import type { TestEntity } from '#test/helpers/entity.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { createRestClient, type RestClient } from '#test/helpers/rest.ts'
import { servedStatement, startLeaf } from '#test/helpers/subordinate.ts'
import type { Visitor } from '#test/helpers/visitor.ts'

let admin: TestAdmin
let rest: RestClient
let anna: Visitor
let organizationId: string
beforeAll(async () => {
  admin = await startAdmin()
  rest = await createRestClient(admin)
  organizationId = (await admin.mutate('createOrganization', { name: 'Lund' }, 'id')).id
  anna = await signInAsMember(admin, { organizationId, email: 'anna@lu.example' })
  await makeAnchor(admin, 'test')
})
afterAll(() => admin.close())
beforeEach(async () => {
  await admin.server.db.request.deleteMany()
  await admin.server.db.rateLimit.deleteMany()
})

/** A request of Anna, by its number, and its entity. */
async function submit(input: object = {}): Promise<{ id: number; leaf: TestEntity }> {
  const leaf = await startLeaf(admin, { metadata: relyingParty })
  const asked = { organizationId, kind: 'REGISTER', entityId: leaf.id, ...input }
  const made = await anna.mutate('submitRequest', asked, 'id')
  expect(made.message).toBeUndefined()
  const { id } = await admin.server.db.request.findFirstOrThrow({ orderBy: { id: 'desc' } })
  return { id, leaf }
}
const step = (id: number, name: string, body?: object, as: 'operator' | 'viewer' = 'operator') =>
  rest.call('POST', `/requests/${id}/${name}`, body, as)
const lastEntry = (action: string) =>
  admin.server.db.auditEvent.findFirst({ where: { action }, orderBy: { id: 'desc' } })

describe('a request', () => {
  it('is shown with its checks, changes and comments', async () => {
    const { id, leaf } = await submit({ message: 'Our new service.' })
    const item = {
      id,
      kind: 'REGISTER',
      state: 'WAITING_FOR_OPERATOR',
      entityid: leaf.id,
      organization_id: expect.any(Number),
      organization_name: 'Lund',
      trust_mark_type: null,
      submitted_by: 'anna@lu.example',
      submitted_at: expect.any(String),
      decided_at: null,
      updated_at: expect.any(String),
      version: 1,
    }
    const { body } = await rest.call('GET', `/requests/${id}`, undefined, 'viewer')
    expect(body).toMatchObject({
      ...item,
      changes: {},
      declared: { jwks: leaf.keys, metadata: relyingParty },
      approval_checks: null,
      steps: [{ action: 'SUBMITTED', by_member: true, actor: 'anna@lu.example', text: 'Our new service.' }],
    })
    expect(body.checks).toContainEqual({
      name: 'SIGNATURE',
      status: 'PASSED',
      title: expect.any(String),
      message: expect.any(String),
      advice: null,
      section: '3.2',
      terms: null,
    })
    expect((await rest.call('GET', '/requests', undefined, 'viewer')).body).toEqual({
      count: 1,
      items: [item],
    })
  })

  it('is approved and executed after the same checks', async () => {
    const { id, leaf } = await submit()
    const approved = await step(id, 'approve', { version: 1, message: 'Welcome.' })
    expect(approved).toMatchObject({ status: 200, body: { state: 'APPROVED', version: 2 } })
    expect(approved.body.decided_at).not.toBeNull()
    expect(approved.body.approval_checks).toContainEqual(expect.objectContaining({ name: 'SIGNATURE' }))
    expect(approved.body.steps.at(-1)).toMatchObject({
      action: 'APPROVED',
      by_member: false,
      actor: 'operator',
      text: 'Welcome.',
    })
    expect(await servedStatement(admin, leaf.id)).toMatchObject({ sub: leaf.id })
    for (const action of ['approveRequest', 'registerSubordinate'])
      expect(await lastEntry(action)).toMatchObject({
        actor: 'operator',
        method: 'api_key',
        resource: leaf.id,
      })
    expect(await step(id, 'approve')).toEqual({
      status: 409,
      body: { message: 'It was approved. Nothing more can be done with it.', id },
    })
  })

  it('is not approved when a check fails now; the answer has the findings', async () => {
    const { id, leaf } = await submit()
    leaf.misbehave('rubbish')
    const refused = await step(id, 'approve')
    const { body } = await rest.call('GET', `/requests/${id}`)
    const failed = body.approval_checks.filter(({ status }: { status: string }) => status === 'FAILED')
    expect(failed).not.toEqual([])
    const message = failed.map(({ message }: { message: string }) => message).join(' ')
    expect(refused).toEqual({ status: 400, body: { message, id } })
    expect(body.state).toBe('WAITING_FOR_OPERATOR')
    expect(await lastEntry('approveRequest')).toMatchObject({
      actor: 'operator',
      outcome: 'FAILED',
      resource: String(id),
      reason: expect.stringMatching(/^ENTITY_REJECTED: /),
    })
  })

  it('is commented, returned and refused with what the organization reads', async () => {
    const { id } = await submit()
    const commented = await step(id, 'comment', { text: 'We look at it.', version: 1 })
    expect(commented).toMatchObject({ status: 200, body: { state: 'WAITING_FOR_OPERATOR', version: 2 } })
    const returned = await step(id, 'return', { message: 'Which service?' })
    expect(returned).toMatchObject({ status: 200, body: { state: 'WAITING_FOR_MEMBER', version: 3 } })
    const late = await step(id, 'refuse', { reason: 'Late.', version: 2 })
    expect(late).toEqual({
      status: 409,
      body: { message: 'Someone else changed it. Reload and try again.', id },
    })
    const refused = await step(id, 'refuse', { reason: 'No answer.', version: 3 })
    expect(refused).toMatchObject({ status: 200, body: { state: 'REFUSED' } })
    expect(refused.body.steps.map(({ action, text }: Record<string, string>) => [action, text])).toEqual([
      ['SUBMITTED', null],
      ['COMMENTED', 'We look at it.'],
      ['RETURNED', 'Which service?'],
      ['REFUSED', 'No answer.'],
    ])
    for (const action of ['commentRequest', 'returnRequest'])
      expect(await lastEntry(action)).toMatchObject({ actor: 'operator', outcome: 'SUCCEEDED' })
  })

  it.each([
    ['refuse', {}, /^reason: /],
    ['refuse', { reason: ' ' }, /^Say why it is refused\.$/],
    ['return', {}, /^message: /],
    ['return', { message: '' }, /^Say what the organization shall do or answer\.$/],
    ['comment', { text: 'x'.repeat(2001) }, /^The text has 2001 characters\./],
    ['approve', { version: 'new' }, /^version: /],
  ])('is not changed by %s with %o', async (name, body, message) => {
    const { id } = await submit()
    const answer = await step(id, name, body)
    expect(answer.status).toBe(400)
    expect(answer.body.message).toMatch(message)
    expect((await rest.call('GET', `/requests/${id}`)).body).toMatchObject({ version: 1 })
  })

  it('is not approved with a key of someone who acts for the organization', async () => {
    const { id } = await submit()
    const of = await admin.server.installation.organizationUser.findFirstOrThrow()
    const user = await admin.server.installation.user.findFirstOrThrow({ where: { username: 'operator' } })
    const membership = { userId: user.id, organizationId: of.organizationId }
    await admin.server.installation.organizationUser.create({ data: membership })
    const refused = await step(id, 'approve')
    await admin.server.installation.organizationUser.deleteMany({ where: membership })
    const message = 'You act for the organization of this request. Another operator must approve it.'
    expect(refused).toEqual({ status: 409, body: { message, id } })
    expect((await step(id, 'approve')).status).toBe(200)
  })

  it('is not approved by its submitter', async () => {
    const { id } = await submit()
    await admin.server.db.request.update({ where: { id }, data: { submittedBy: 'operator' } })
    expect(await step(id, 'approve')).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('Another operator must approve it.') },
    })
  })

  it('of a member’s session is out of reach', async () => {
    const { id } = await submit()
    const signedIn = await anna.auth('/sign-in/username', { username: 'anna@lu.example', password: PASSWORD })
    expect(signedIn.status).toBe(200)
    const cookie = [...anna.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(`${admin.adminUrl}/api/v1/requests/${id}`, { headers: { cookie } })
    expect(response.status).toBe(401)
  })

  it('that does not exist is not found', async () => {
    const answer = { status: 404, body: { message: 'There is no such request.', id: 4711 } }
    expect(await rest.call('GET', '/requests/4711')).toEqual(answer)
    for (const [name, body] of [
      ['approve', {}],
      ['refuse', { reason: 'No.' }],
      ['return', { message: 'What?' }],
      ['comment', { text: 'Hello' }],
    ] as const)
      expect(await step(4711, name, body), name).toEqual(answer)
  })
})

describe('the queue', () => {
  it('has the oldest first, in pages, narrowed by state, kind and entity', async () => {
    const [first, second] = [await submit(), await submit()]
    const third = await submit()
    await step(second.id, 'refuse', { reason: 'No.' })
    const ids = async (query: string) => {
      const { body } = await rest.call('GET', `/requests?${query}`, undefined, 'viewer')
      return [body.count, body.items.map(({ id }: { id: number }) => id)]
    }
    expect(await ids('')).toEqual([3, [first.id, second.id, third.id]])
    expect(await ids('limit=1&offset=2')).toEqual([3, [third.id]])
    expect(await ids('is_open=true')).toEqual([2, [first.id, third.id]])
    expect(await ids('is_open=false')).toEqual([1, [second.id]])
    expect(await ids('state=REFUSED')).toEqual([1, [second.id]])
    expect(await ids('kind=CHANGE')).toEqual([0, []])
    expect(await ids(`kind=REGISTER&entityid=${encodeURIComponent(third.leaf.id)}`)).toEqual([1, [third.id]])
  })

  it.each(['state=LOST', 'kind=MORE', 'is_open=1'])('refuses %s', async (query) => {
    const refused = await rest.call('GET', `/requests?${query}`)
    expect(refused.status).toBe(400)
    expect(refused.body.message).toMatch(RegExp(`^${query.split('=')[0]}: `))
  })

  it('of another anchor has none of these', async () => {
    const { id } = await submit()
    const before = await rest.call('GET', `/requests/${id}`)
    const empty = { count: 0, items: [] }
    expect((await rest.call('GET', '/anchors/test/requests')).body).toEqual(empty)
    expect((await rest.call('GET', `/anchors/test/requests/${id}`)).status).toBe(404)
    for (const [name, body] of [
      ['approve', {}],
      ['refuse', { reason: 'No.' }],
    ] as const) {
      const answer = await rest.call('POST', `/anchors/test/requests/${id}/${name}`, body)
      expect(answer.status, name).toBe(404)
    }
    expect(await rest.call('GET', `/requests/${id}`)).toEqual(before)
  })
})
