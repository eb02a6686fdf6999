/** Tests the REST API for organizations: their fields and the list. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { globalId } from '#server/schema/global-id.ts'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { createRestClient, type RestClient } from '#test/helpers/rest.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'

let admin: TestAdmin
let rest: RestClient
beforeAll(async () => {
  admin = await startAdmin()
  rest = await createRestClient(admin)
})
afterAll(() => admin.close())

let made = 0
const scheme = { identifier_scheme: 'SE-ON' }
const unique = () => `SE-${++made}`

async function create(fields: object = {}) {
  const { status, body } = await rest.call('POST', '/organizations', { name: 'Lund', ...fields }, 'operator')
  expect(status).toBe(201)
  return body
}
const lastEntry = (action: string) =>
  admin.server.db.auditEvent.findFirst({ where: { action }, orderBy: { id: 'desc' } })

describe('an organization', () => {
  it('is created with trimmed texts, shown, listed and recorded', async () => {
    const identifier = unique()
    const created = await create({
      name: ' University of Lund ',
      identifier,
      ...scheme,
      country: 'se',
      contacts: [{ role: 'TECHNICAL', email: 'Ops@lu.example ', name: 'Operations' }],
      note: 'Contract ends in May.',
      tags: ['R&E', ' r&e'],
    })
    expect(created).toEqual({
      id: expect.any(Number),
      name: 'University of Lund',
      identifier,
      ...scheme,
      country: 'SE',
      active: true,
      contacts: [{ role: 'TECHNICAL', email: 'ops@lu.example', name: 'Operations' }],
      member_count: 0,
      anchors: ['main'],
      home: 'main',
      note: 'Contract ends in May.',
      tags: ['R&E'],
      created_at: expect.any(String),
      updated_at: expect.any(String),
      version: 1,
    })
    const found = await rest.call('GET', `/organizations/${created.id}`, undefined, 'viewer')
    expect(found).toEqual({ status: 200, body: created })
    const listed = await rest.call('GET', `/organizations?search=${identifier}`, undefined, 'viewer')
    expect(listed.body).toEqual({ count: 1, items: [created] })
    const entry = await lastEntry('createOrganization')
    const where = { action: 'createOrganization', resource: 'University of Lund' }
    expect(entry).toMatchObject({ actor: 'operator', method: 'api_key', ...where })
  })

  it('keeps absent members, and resets those that are null', async () => {
    const { id } = await create({ country: 'SE', note: 'A note', tags: ['pilot'], active: false })
    const contacts = [{ role: 'SECURITY', email: 'csirt@lu.example' }]
    const changed = await rest.call('PATCH', `/organizations/${id}`, { version: 1, name: 'Oslo', contacts })
    expect(changed).toMatchObject({
      status: 200,
      body: { name: 'Oslo', country: 'SE', note: 'A note', tags: ['pilot'], active: false, version: 2 },
    })
    expect(changed.body.contacts).toEqual([{ ...contacts[0], name: null }])
    const reset = { country: null, note: null, tags: null, active: null, contacts: null }
    const { body } = await rest.call('PATCH', `/organizations/${id}`, reset, 'operator')
    const standard = { country: null, note: null, tags: [], active: true, contacts: [] }
    expect(body).toMatchObject({ ...standard, name: 'Oslo', version: 3 })
    const late = await rest.call('PATCH', `/organizations/${id}`, { version: 2, name: 'Late' })
    expect(late).toEqual({
      status: 409,
      body: { message: 'Someone else changed it. Reload and try again.', id },
    })
    expect(await lastEntry('updateOrganization')).toMatchObject({
      outcome: 'FAILED',
      resource: String(id),
      reason: expect.stringMatching(/^CONFLICT: /),
    })
  })

  it('with a known identifier is answered with 409 and the existing one', async () => {
    const identifier = { identifier: unique(), ...scheme }
    const existing = await create(identifier)
    const again = await rest.call('POST', '/organizations', { name: 'Copy', ...identifier })
    expect(again).toEqual({ status: 409, body: existing })
  })

  it('counts its members, with which it cannot be removed', async () => {
    const { id } = await create()
    const organizationId = globalId('Organization', id)
    const { id: member } = await register(admin, await startLeaf(admin), { anchor: 'main', organizationId })
    expect((await rest.call('GET', `/organizations/${id}`)).body.member_count).toBe(1)
    const refused = await rest.call('DELETE', `/organizations/${id}`, undefined, 'operator')
    expect(refused).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('has 1 member.'), id },
    })
    await admin.mutate('removeSubordinate', { id: member }, '')
    const removed = await rest.call('DELETE', `/organizations/${id}`, undefined, 'operator')
    expect(removed).toEqual({ status: 204, body: null })
    expect((await rest.call('GET', `/organizations/${id}`)).status).toBe(404)
    expect(await lastEntry('removeOrganization')).toMatchObject({ actor: 'operator', outcome: 'SUCCEEDED' })
  })

  const secure = { role: 'SECURITY', email: 'csirt@lu.example' }
  it.each<[what: string, body: object, message: string | RegExp]>([
    ['without a name', { name: null }, /^name: /],
    ['with an empty name', { name: ' ' }, 'name must be a text with at least one character.'],
    [
      'with an identifier and no scheme',
      { identifier: '1' },
      'An identifier needs its scheme: the register that assigned it.',
    ],
    [
      'with a long scheme',
      { identifier: '1', identifier_scheme: 'x'.repeat(101) },
      'identifier_scheme has 101 characters. At most 100 are allowed.',
    ],
    ['with an unknown country', { country: 'XX' }, /^"XX" is not a country\./],
    [
      'with a contact that has no address',
      { contacts: [secure, { ...secure, email: 'ops' }] },
      'contacts.1.email: This is not an e-mail address.',
    ],
    [
      'with a contact for something else',
      { contacts: [{ ...secure, role: 'BOSS' }] },
      /^contacts\.0\.role: /,
    ],
    [
      'with a tag that has a comma',
      { tags: ['a,b'] },
      'tags.0: A tag must not contain a comma or a line break.',
    ],
  ])('%s is refused with a sentence', async (_what, body, message) => {
    const refused = await rest.call('POST', '/organizations', { name: 'Lund', ...body })
    expect(refused.status).toBe(400)
    if (typeof message === 'string') expect(refused.body).toEqual({ message, id: 0 })
    else expect(refused.body.message).toMatch(message)
  })

  it.each([
    ['GET', undefined],
    ['PATCH', { name: 'Oslo' }],
    ['DELETE', undefined],
  ])('that does not exist is not found: %s', async (method, body) => {
    const answer = await rest.call(method, '/organizations/4711', body)
    expect(answer).toEqual({ status: 404, body: { message: 'There is no such organization.', id: 4711 } })
  })
})

describe('the list', () => {
  it('is by name, in pages, and narrowed by state and country', async () => {
    const tag = unique()
    const search = `search=${tag}`
    for (const name of ['Chalmers', 'Aarhus', 'Bergen'])
      await create({ name, tags: [tag], country: name === 'Aarhus' ? 'DK' : 'SE', active: name !== 'Bergen' })
    const names = async (query: string) => {
      const { body } = await rest.call('GET', `/organizations?${search}${query}`, undefined, 'viewer')
      return [body.count, body.items.map(({ name }: { name: string }) => name)]
    }
    expect(await names('')).toEqual([3, ['Aarhus', 'Bergen', 'Chalmers']])
    expect(await names('&limit=1&offset=1')).toEqual([3, ['Bergen']])
    expect(await names('&country=dk')).toEqual([1, ['Aarhus']])
    expect(await names('&active=false')).toEqual([1, ['Bergen']])
    expect(await names('&active=true&country=SE')).toEqual([1, ['Chalmers']])
  })

  it.each([
    ['active=perhaps', /^active: /],
    [
      `search=${Array.from({ length: 17 }, (_, n) => `w${n}`).join('+')}`,
      /^search must have at most 16 words/,
    ],
  ])('refuses %s', async (query, message) => {
    const refused = await rest.call('GET', `/organizations?${query}`)
    expect(refused.status).toBe(400)
    expect(refused.body.message).toMatch(message)
  })
})
