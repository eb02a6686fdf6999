/** Tests to whom a request can be assigned, who sees it, and what the audit log keeps. */
import { beforeAll, describe, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { eachRow } from '#test/helpers/rows.ts'
import { subscribe } from '#test/helpers/subscription.ts'
import { signedIn, type Visitor } from '#test/helpers/visitor.ts'

let anna: Visitor
let organizationId: string
const admin = adminInFile()
beforeAll(async () => {
  const other = { slug: 'test', entityId: 'http://test.example.org', displayName: 'Test' }
  await admin.mutate('createTrustAnchor', other, 'slug', 'admin')
  organizationId = (await admin.mutate('createOrganization', { anchor: 'main', name: 'Lund' }, 'id')).id
  anna = await signInAsMember(admin, { organizationId, email: 'anna@lu.example' })
  await create('olga', { role: 'OPERATOR' })
  await create('tom', { anchorRoles: [{ anchor: 'test', role: 'OPERATOR' }] })
  await create('both', { role: 'OPERATOR', email: 'both@lu.example' })
  await create('former', { role: 'OPERATOR' })
  await admin.mutate('invitePerson', { organizationId, email: 'both@lu.example' }, 'id')
  await db().user.update({ where: { username: 'former' }, data: { banned: true } })
})

const db = () => admin.server.db
const create = (username: string, changes: object) =>
  admin.mutate('createUser', { username, password: PASSWORD, ...changes }, 'id', 'admin')

const SELECTION = 'id version assignee { username } steps { action }'
type Place = { organizationId?: number; state?: string; submittedBy?: string }

/** A request without an entity behind it: nothing here examines one. */
async function ask(changes: Place = {}): Promise<string> {
  const organization = await db().organization.findFirstOrThrow()
  const { id } = await db().request.create({
    data: {
      kind: 'REGISTER',
      entityId: `https://rp-${crypto.randomUUID()}.lu.example`,
      organizationId: organization.id,
      submittedBy: 'anna@lu.example',
      ...changes,
    },
  })
  return btoa(`Request:${id}`)
}
const rowOf = (id: string) =>
  db().request.findUniqueOrThrow({ where: { id: Number(atob(id).split(':')[1]) } })
const assign = (id: string, username: string | null, further: object = {}) =>
  admin.mutate('assignRequest', { id, username, ...further }, SELECTION)

describe('assigns a request', () => {
  it('to an operator and to no operator, without a step that the organization sees', {
    tags: ['mutation/assignRequest/success', 'mutation/assignRequest/audit'],
  }, async () => {
    const id = await ask()
    expect(await assign(id, 'olga', { version: 1 })).toMatchObject({
      version: 2,
      assignee: { username: 'olga' },
      steps: [],
    })
    const [entry] = await db().auditEvent.findMany({ orderBy: { id: 'desc' }, take: 1 })
    expect(entry).toMatchObject({
      action: 'assignRequest',
      actor: 'operator',
      resourceType: 'Request',
      before: { assignee: null },
      after: { assignee: 'olga' },
    })
    expect(entry?.after).not.toHaveProperty('assigneeId')
    expect(await assign(id, null)).toMatchObject({ version: 3, assignee: null })
    expect(await db().auditEvent.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({
      before: { assignee: 'olga' },
      after: { assignee: null },
    })
  })

  it('and does not tell the organization', async () => {
    const id = await ask()
    await assign(id, 'olga')
    const document = `{ request(id: "${id}") { assignee { username } steps { action } } }`
    expect((await anna.execute(document)).data.request).toEqual({ assignee: null, steps: [] })
    expect((await admin.execute(document, {}, 'viewer')).data.request.assignee.username).toBe('olga')
  })

  it('and leads only those who administer users from the name to the user', async () => {
    const id = await ask()
    await assign(id, 'olga')
    const document = `{ request(id: "${id}") { assignee { username user { role } } } }`
    const assigneeFor = async (role: 'viewer' | 'admin') =>
      (await admin.execute(document, {}, role)).data.request.assignee
    expect(await assigneeFor('viewer')).toEqual({ username: 'olga', user: null })
    expect(await assigneeFor('admin')).toEqual({ username: 'olga', user: { role: 'OPERATOR' } })
  })

  it('and leaves it without one when the user is removed', async () => {
    const { id: userId } = await create('leaving', { role: 'OPERATOR' })
    const id = await ask()
    expect(await assign(id, 'leaving')).toMatchObject({ assignee: { username: 'leaving' } })
    await admin.mutate('removeUser', { id: userId }, '', 'admin')
    const { data } = await admin.execute(`{ request(id: "${id}") { state assignee { username } } }`)
    expect(data.request).toEqual({ state: 'WAITING_FOR_OPERATOR', assignee: null })
  })

  it('and tells the subscribers', async () => {
    const id = await ask()
    const { results } = await subscribe(
      admin.adminUrl,
      admin.keys.viewer,
      'subscription { requestChanged { id assignee { username } } }',
    )
    await assign(id, 'olga')
    const seen = () => results.map(({ data }) => data?.requestChanged)
    await expect.poll(seen).toEqual([{ id, assignee: { username: 'olga' } }])
  })
})

eachRow<[what: string, username: string, message: string]>(
  [
    ['a user that does not exist', 'unknown', 'No user "unknown" may operate in this anchor.'],
    ['a viewer', 'viewer', 'No user "viewer" may operate in this anchor.'],
    ['an operator of another anchor', 'tom', 'No user "tom" may operate in this anchor.'],
    ['an operator who is locked out', 'former', 'No user "former" may operate in this anchor.'],
    ['a member', 'anna@lu.example', 'No user "anna@lu.example" may operate in this anchor.'],
    ['an operator of its organization', 'both', 'both acts for the organization of this request'],
  ],
  () => ['mutation/assignRequest/InvalidInputError'],
)('refuses %s', async (_what, username, message) => {
  const id = await ask()
  expect(await assign(id, username)).toMatchObject({
    code: 'INVALID_INPUT',
    path: ['input', 'username'],
    message: expect.stringContaining(message),
  })
  expect(await rowOf(id)).toMatchObject({ assigneeId: null, version: 1 })
})

describe('refuses', () => {
  it('the second of two operators who take it', {
    tags: 'mutation/assignRequest/ConflictError',
  }, async () => {
    const id = await ask()
    expect(await assign(id, 'olga', { version: 1 })).toMatchObject({ assignee: { username: 'olga' } })
    expect(await assign(id, 'admin', { version: 1 })).toMatchObject({
      code: 'CONFLICT',
      path: ['input', 'version'],
    })
    const taken = await ask()
    const answers = await Promise.all(
      ['olga', 'admin', 'operator'].map((name) => assign(taken, name, { version: 1 })),
    )
    expect(answers.filter(({ code }) => code === 'CONFLICT')).toHaveLength(2)
  })

  it('a request that is decided', async () => {
    expect(await assign(await ask({ state: 'REFUSED' }), 'olga')).toMatchObject({
      code: 'CONFLICT',
      message: 'It was refused. Nothing more can be done with it.',
    })
  })

  it('a request of another anchor, and an unknown one', {
    tags: 'mutation/assignRequest/NotFoundError',
  }, async () => {
    const id = await ask()
    for (const each of [btoa('Request:2147483647'), 'rubbish'])
      expect(await assign(each, 'olga')).toMatchObject({ code: 'NOT_FOUND' })
    const elsewhere = { id, anchor: 'test', username: 'tom' }
    expect(await admin.mutate('assignRequest', elsewhere, SELECTION, 'admin')).toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  it('viewers and members', async () => {
    const id = await ask()
    const input = { id, username: 'olga' }
    await expect(admin.mutate('assignRequest', input, 'id', 'viewer')).rejects.toThrow('does not allow')
    const document = `mutation { assignRequest(input: { id: "${id}", username: "olga" }) { __typename } }`
    expect((await anna.execute(document)).errors?.[0]?.extensions?.code).toMatch(/^(FORBIDDEN|NOT_FOUND)$/)
    expect(await rowOf(id)).toMatchObject({ assigneeId: null, version: 1 })
  })
})

it('lists those to whom requests can be assigned, in each anchor', async () => {
  const list = async (anchor: string, as: 'operator' | 'admin' | 'viewer') =>
    admin.execute(`{ requestAssignees(anchor: "${anchor}") }`, {}, as)
  expect((await list('main', 'operator')).data.requestAssignees).toEqual([
    'admin',
    'both',
    'olga',
    'operator',
  ])
  expect((await list('test', 'admin')).data.requestAssignees).toEqual(['admin', 'tom'])
  expect((await list('main', 'viewer')).errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
})

it('an operator of another anchor assigns its requests, and none of the first', async () => {
  const tom = await signedIn(admin, 'tom')
  const running = admin.server.anchors.find('test')?.running
  const { id } = (await running?.db.request.create({
    data: { kind: 'REGISTER', entityId: 'https://rp.example.org', submittedBy: 'software' },
  })) ?? { id: 0 }
  const own = { anchor: 'test', id: btoa(`Request:${id}`), username: 'tom' }
  const { data } = await tom.execute(
    `query { requests(anchor: "test") { edges { node { id assignee { username } } } } }`,
  )
  const [{ node }] = data.requests.edges
  expect(await tom.mutate('assignRequest', { ...own, id: node.id }, 'assignee { username }')).toMatchObject({
    assignee: { username: 'tom' },
  })
  expect(await db().request.count({ where: { assignee: { username: 'tom' } } })).toBe(0)
  expect(await running?.db.request.count({ where: { assignee: { username: 'tom' } } })).toBe(1)
})
