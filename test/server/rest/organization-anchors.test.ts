/** Tests the REST API for organizations of several anchors: admission, and what a key of one anchor reaches. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createAccounts } from '#server/auth/accounts.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { createRestClient, type RestClient } from '#test/helpers/rest.ts'

let admin: TestAdmin
let rest: RestClient
/** Of an administrator, valid in the anchor `test` only. */
let keyOfTest: { key: string }
beforeAll(async () => {
  admin = await startAdmin()
  rest = await createRestClient(admin)
  await makeAnchor(admin, 'test')
  const input = { username: 'admin', keyName: 'of-test', anchor: 'test' }
  keyOfTest = await createAccounts(admin.server).createApiKey(cliCaller('test'), input)
})
afterAll(() => admin.close())

async function create(fields: object = {}) {
  const { status, body } = await rest.call('POST', '/organizations', { name: 'Lund', ...fields }, 'operator')
  expect(status).toBe(201)
  return body
}
const lastEntry = (action: string) =>
  admin.server.db.auditEvent.findFirst({ where: { action }, orderBy: { id: 'desc' } })

it('an organization is admitted by slug or Entity Identifier, and seen in both', async () => {
  const { id } = await create({ name: 'Both' })
  const elsewhere = `/anchors/test/organizations/${id}`
  expect((await rest.call('GET', elsewhere, undefined, keyOfTest)).status).toBe(404)
  const admitted = await rest.call('POST', `/organizations/${id}/admit`, { to: `${admin.entityId}/test` })
  expect(admitted).toMatchObject({ status: 200, body: { id, name: 'Both', anchors: ['main', 'test'] } })
  expect(await rest.call('GET', elsewhere, undefined, 'admin')).toEqual(admitted)
  // A key learns nothing of anchors in which it has no role.
  expect((await rest.call('GET', elsewhere, undefined, keyOfTest)).body.anchors).toEqual(['test'])
  const again = await rest.call('POST', `/organizations/${id}/admit`, { to: 'test' })
  expect(again).toMatchObject({ status: 409, body: { message: 'Both is in this anchor already.', id } })
  expect(await lastEntry('admitOrganization')).toMatchObject({ actor: 'admin', outcome: 'FAILED' })
  const { data } = await admin.execute(
    `{ auditEvents(anchor: "test", first: 1, filter: { action: "admitOrganization" }) {
      edges { node { actor resource } } } }`,
  )
  expect(data.auditEvents.edges).toMatchObject([{ node: { actor: 'admin', resource: 'Both' } }])
})

it('an organization that does not exist is not admitted', async () => {
  const answer = await rest.call('POST', '/organizations/4711/admit', { to: 'test' })
  expect(answer).toEqual({ status: 404, body: { message: 'There is no such organization.', id: 4711 } })
})

it('an admission needs the right to operate there and in the home', async () => {
  const { id } = await create()
  const user = await admin.server.installation.user.findFirstOrThrow({ where: { username: 'viewer' } })
  const admit = (to: string, as: 'viewer' | 'operator') =>
    rest.call('POST', `/organizations/${id}/admit`, { to }, as)
  expect(await admit('test', 'operator')).toEqual({
    status: 404,
    body: { message: 'There is no anchor "test" in which you have a role.', id },
  })
  expect(await admit('main', 'viewer')).toEqual({
    status: 403,
    body: { message: 'Your role in main does not allow this.', id },
  })
  expect(await lastEntry('admitOrganization')).toMatchObject({
    actor: 'viewer',
    outcome: 'REFUSED',
    resource: String(id),
  })
  const { anchorRole } = admin.server.installation
  const grant = (anchorSlug: string) => ({ userId: user.id, anchorSlug, role: 'operator' })
  await anchorRole.create({ data: grant('test') })
  expect(await admit('test', 'viewer')).toEqual({
    status: 403,
    body: { message: 'Lund comes from another anchor. Ask an operator there to do this.', id },
  })
  await anchorRole.create({ data: grant('main') })
  expect((await admit('test', 'viewer')).status).toBe(200)
})

it('a key of another anchor finds and changes nothing of the first one', async () => {
  const identifier = { identifier: 'SE-1', identifier_scheme: 'SE-ON' }
  const { id } = await create(identifier)
  const before = await rest.call('GET', `/organizations/${id}`)
  const of = (path: string) => `/anchors/test/organizations${path}`
  expect((await rest.call('GET', of(`?search=${identifier.identifier}`), undefined, keyOfTest)).body).toEqual(
    {
      count: 0,
      items: [],
    },
  )
  for (const [method, path, body] of [
    ['PATCH', `/${id}`, { name: 'Changed' }],
    ['DELETE', `/${id}`, undefined],
    ['POST', `/${id}/admit`, { to: 'test' }],
  ] as const)
    expect((await rest.call(method, of(path), body, keyOfTest)).status).toBe(404)
  const taken = await rest.call('POST', of(''), { name: 'Copy', ...identifier }, keyOfTest)
  expect(taken).toEqual({
    status: 409,
    body: {
      message: 'An organization of another anchor has this identifier. Admit it from there instead.',
      id: 0,
    },
  })
  expect((await rest.call('GET', `/organizations/${id}`, undefined, keyOfTest)).status).toBe(403)
  expect(await rest.call('GET', `/organizations/${id}`)).toEqual(before)
})
