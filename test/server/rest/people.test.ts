/** Tests the REST API for the people of organizations. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PASSWORD, startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { createRestClient, type RestClient } from '#test/helpers/rest.ts'
import { visit } from '#test/helpers/visitor.ts'

let admin: TestAdmin
let rest: RestClient
let people: string
let organization: number
beforeAll(async () => {
  admin = await startAdmin()
  rest = await createRestClient(admin)
  await makeAnchor(admin, 'test')
  organization = (await rest.call('POST', '/organizations', { name: 'Lund' })).body.id
  people = `/organizations/${organization}/people`
})
afterAll(() => admin.close())

let made = 0
const email = () => `person-${++made}@lu.example`
async function invite(fields: object = {}) {
  const invited = await rest.call('POST', people, { email: email(), ...fields }, 'operator')
  expect(invited.status).toBe(201)
  return invited.body
}
const lastEntry = (action: string) =>
  admin.server.db.auditEvent.findFirst({ where: { action }, orderBy: { id: 'desc' } })

describe('a person', () => {
  it('is invited by a link, which is shown once and opens the portal', async () => {
    const address = email()
    const { invitation_link: link, ...person } = await invite({
      email: ` ${address.toUpperCase()}`,
      name: 'Anna',
    })
    expect(person).toEqual({
      id: expect.any(String),
      username: address,
      name: 'Anna',
      email: address,
      may_invite: false,
      invitation_expires_at: expect.any(String),
      is_invitation_mailed: false,
      last_sign_in_at: null,
    })
    const { is_invitation_mailed: _, ...shown } = person
    const listed = await rest.call('GET', people, undefined, 'viewer')
    expect(listed.body.items).toContainEqual(shown)
    expect(listed.body.items[0]).not.toHaveProperty('invitation_link')
    expect(await lastEntry('inviteMember')).toMatchObject({
      actor: 'operator',
      resource: address,
      after: { organization: 'Lund', mayInvite: false },
    })
    const visitor = visit(admin.adminUrl)
    const token = new URL(link).hash.slice(1)
    await visitor.mutate('acceptInvitation', { token, password: PASSWORD }, 'username')
    await visitor.signIn(address, PASSWORD)
    const { data } = await visitor.execute('{ viewer { organizations { name } } }')
    expect(data.viewer.organizations).toEqual([{ name: 'Lund' }])
    const again = await rest.call('POST', people, { email: address })
    expect(again).toMatchObject({
      status: 409,
      body: { message: `${address} belongs to Lund already.`, id: organization },
    })
  })

  it('may invite others after a change, and is removed', async () => {
    const { id, username } = await invite()
    const place = `${people}/${id}`
    const changed = await rest.call('PATCH', place, { may_invite: true }, 'operator')
    expect(changed).toMatchObject({ status: 200, body: { id, may_invite: true } })
    expect(await lastEntry('updateMember')).toMatchObject({ actor: 'operator', resource: username })
    expect(await rest.call('DELETE', place, undefined, 'operator')).toEqual({ status: 204, body: null })
    expect(await lastEntry('removeMember')).toMatchObject({ actor: 'operator', resource: username })
    expect(await admin.server.db.user.count({ where: { id } })).toBe(1)
    for (const [method, body] of [
      ['PATCH', { may_invite: true }],
      ['DELETE', undefined],
    ] as const)
      expect(await rest.call(method, place, body)).toEqual({
        status: 404,
        body: { message: 'There is no such person in this organization.', id: organization },
      })
  })

  it('with an account joins at once, without a link', async () => {
    const { id: userId } = await admin.server.installation.user.findFirstOrThrow({
      where: { username: 'viewer' },
    })
    const { email } = await admin.server.installation.user.update({
      where: { id: userId },
      data: { email: 'viewer@lu.example' },
    })
    expect(await invite({ email, may_invite: true })).toMatchObject({
      id: userId,
      username: 'viewer',
      invitation_link: null,
      is_invitation_mailed: false,
      may_invite: true,
    })
  })

  it.each([
    ['an address that is none', 'POST', '', { email: 'anna' }, 'This is not an e-mail address.'],
    ['no address', 'POST', '', {}, /^email: /],
    ['a change without its member', 'PATCH', '/someone', {}, /^may_invite: /],
  ])('is refused for %s', async (_what, method, path, body, message) => {
    const refused = await rest.call(method, `${people}${path}`, body)
    expect(refused.status).toBe(400)
    expect(refused.body.message).toMatch(message)
  })
})

it('lists people a page at a time, by address', async () => {
  const emails = ['zoe@lu.example', 'adam@lu.example']
  for (const each of emails) await invite({ email: each })
  const { body: all } = await rest.call('GET', people)
  const addresses = all.items.map((item: { email: string }) => item.email)
  expect(addresses).toEqual([...addresses].sort())
  expect(all.count).toBe(addresses.length)
  const { body: last } = await rest.call('GET', `${people}?limit=5&offset=${all.count - 1}`)
  expect(last).toEqual({ count: all.count, items: [all.items.at(-1)] })
})

it('finds and changes no people of an organization through an anchor that does not admit it', async () => {
  const { id } = await invite()
  const before = await rest.call('GET', people)
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['POST', '', { email: email() }],
    ['PATCH', `/${id}`, { may_invite: true }],
    ['DELETE', `/${id}`, undefined],
  ] as const) {
    const answer = await rest.call(method, `/anchors/test${people}${path}`, body)
    const message = 'There is no such organization.'
    expect(answer, method).toEqual({ status: 404, body: { message, id: organization } })
  }
  expect(await rest.call('GET', people)).toEqual(before)
})
