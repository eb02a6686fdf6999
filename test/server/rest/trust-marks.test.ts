/** Tests the REST API for Trust Mark types and Trust Marks, and the public endpoints. */
import { describe, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { restInFile } from '#test/helpers/rest.ts'

const admin = adminInFile()
const rest = restInFile(admin)

const holder = 'https://rp.example.org'
let counter = 0
const newType = () => `https://ta.example.org/marks/${counter++}`

async function makeType(fields: object = {}): Promise<{ id: number; tmtype: string }> {
  const { status, body } = await rest.call('POST', '/trustmarktypes', { tmtype: newType(), ...fields })
  expect(status).toBe(201)
  return body
}

async function issue(domain: string = holder, fields: object = {}) {
  const { id: tmt, tmtype } = await makeType()
  const { status, body } = await rest.call('POST', '/trustmarks', { tmt, domain, ...fields }, 'operator')
  expect(status).toBe(201)
  return { tmt, tmtype, mark: body }
}

/** The federation server's answer about a JWT (§8.4). */
async function statusOf(mark: string): Promise<number> {
  const body = new URLSearchParams({ trust_mark: mark })
  return (await fetch(`${admin.entityId}/trust_mark_status`, { method: 'POST', body })).status
}

describe('a Trust Mark Type', () => {
  test('is created with the defaults of inmor, found by id and by identifier, and changed in part', async () => {
    const tmtype = newType()
    const created = await rest.call('POST', '/trustmarktypes', { tmtype, id: 1 }, 'operator')
    const { id } = created.body
    const expected = { id, tmtype, autorenew: true, valid_for: 8760, renewal_time: 48, active: true }
    expect(created).toEqual({ status: 201, body: expected })
    expect(await rest.call('GET', `/trustmarktypes/${id}`, undefined, 'viewer')).toEqual({
      status: 200,
      body: expected,
    })
    expect((await rest.call('GET', `/trustmarktypes/?tmtype=${tmtype}`)).body).toEqual(expected)
    const changed = await rest.call('PUT', `/trustmarktypes/${id}`, { valid_for: 720, active: false })
    expect(changed).toEqual({ status: 200, body: { ...expected, valid_for: 720, active: false } })
    const cleared = await rest.call('PUT', `/trustmarktypes/${id}`, { valid_for: null, active: null })
    expect(cleared).toEqual({ status: 200, body: expected })
  })

  test('is not changed when it exists, and the answer is 409', async () => {
    const existing = await makeType({ valid_for: 100 })
    const again = await rest.call('POST', '/trustmarktypes', { tmtype: existing.tmtype, valid_for: 5 })
    expect(again).toEqual({ status: 409, body: existing })
    expect((await rest.call('GET', `/trustmarktypes/${existing.id}`)).body).toEqual(existing)
  })

  test('is refused for invalid hours, with the field names of this API', async () => {
    const { id } = await makeType()
    const refused = await rest.call('PUT', `/trustmarktypes/${id}`, { valid_for: 0 })
    expect(refused).toEqual({ status: 400, body: { message: 'valid_for must be at least 1 hour.', id } })
    const longer = await rest.call('PUT', `/trustmarktypes/${id}`, { valid_for: 10, renewal_time: 10 })
    expect(longer.body.message).toBe('renewal_time must be shorter than valid_for.')
  })

  test('is listed a page at a time', async () => {
    const [first, second] = [await makeType(), await makeType()]
    const { body } = await rest.call('GET', '/trustmarktypes?limit=1000')
    const place = body.items.findIndex((item: { id: number }) => item.id === first.id)
    expect(body.count).toBe(body.items.length)
    const page = await rest.call('GET', `/trustmarktypes?limit=1&offset=${place + 1}`)
    expect(page.body).toEqual({ count: body.count, items: [second] })
  })
})

describe('a Trust Mark', () => {
  test('is issued with the hours of its type, served, and answered with 409 a second time', async () => {
    const { tmt, tmtype, mark } = await issue(holder, { additional_claims: { ref: 'https://example.org/' } })
    expect(mark).toMatchObject({ tmt_id: tmt, domain: holder, active: true, valid_for: 8760 })
    expect(mark.additional_claims).toEqual({ ref: 'https://example.org/' })
    const served = await admin.get('/trust_mark', { trust_mark_type: tmtype, sub: holder })
    expect(await served.text()).toBe(mark.mark)
    expect(await rest.call('POST', '/trustmarks', { tmt, domain: holder })).toEqual({
      status: 409,
      body: mark,
    })
  })

  test('is renewed by a client that declares JSON and sends no body', async () => {
    const { mark } = await issue()
    const renewed = await rest.call('POST', `/trustmarks/${mark.id}/renew`, '')
    expect(renewed.status).toBe(200)
    expect(renewed.body.mark).not.toBe(mark.mark)
    expect(await statusOf(mark.mark)).toBe(200)
  })

  test('is changed in part, and revoked permanently', async () => {
    const { tmtype, mark } = await issue()
    const changed = await rest.call('PUT', `/trustmarks/${mark.id}`, { autorenew: false })
    expect(changed.body).toEqual({ ...mark, autorenew: false })
    const shorter = { valid_for: 48, renewal_time: 4 }
    const renewedSooner = await rest.call('PUT', `/trustmarks/${mark.id}`, shorter)
    expect(renewedSooner.body).toMatchObject({ ...shorter, autorenew: false, active: true })
    const cleared = { valid_for: null, renewal_time: null, autorenew: null }
    expect((await rest.call('PUT', `/trustmarks/${mark.id}`, cleared)).body).toEqual(mark)
    const revoked = await rest.call('PUT', `/trustmarks/${mark.id}`, { active: false })
    expect(revoked.body).toMatchObject({ active: false, mark: null })
    expect((await admin.get('/trust_mark', { trust_mark_type: tmtype, sub: holder })).status).toBe(404)
    const back = await rest.call('PUT', `/trustmarks/${mark.id}`, { active: true })
    expect(back.status).toBe(400)
    expect(back.body.message).toBe('A revoked Trust Mark cannot be renewed. Issue a new one.')
    expect((await rest.call('PUT', `/trustmarks/${mark.id}`, {})).body.active).toBe(false)
  })

  test.each([
    { valid_for: -1 },
    { renewal_time: 9000 },
    { additional_claims: { iss: 'https://evil.example.org' } },
  ])('is not revoked by a change that is refused: %j', async (change) => {
    const { tmtype, mark } = await issue()
    const refused = await rest.call('PUT', `/trustmarks/${mark.id}`, { active: false, ...change })
    expect(refused.status).toBe(400)
    expect((await admin.get('/trust_mark', { trust_mark_type: tmtype, sub: holder })).status).toBe(200)
    const revoked = await rest.call('PUT', `/trustmarks/${mark.id}`, { active: false, valid_for: 100 })
    expect(revoked.body).toMatchObject({ active: false, valid_for: 100 })
  })

  test('is found by its holder', async () => {
    const domain = 'https://only-one-mark.example.org'
    const { mark } = await issue(domain)
    const listed = await rest.call('POST', '/trustmarks/list', { domain }, 'viewer')
    expect(listed).toEqual({ status: 200, body: { count: 1, items: [mark] } })
    const all = await rest.call('GET', '/trustmarks?limit=1', undefined, 'viewer')
    expect(all.body.items).toHaveLength(1)
    expect(all.body.count).toBeGreaterThan(1)
  })

  test('is refused for an unknown type or protected claims', async () => {
    const missing = await rest.call('POST', '/trustmarks', { tmt: 999_999, domain: holder })
    expect(missing).toEqual({
      status: 404,
      body: { message: 'There is no Trust Mark type with the id 999999.', id: 0 },
    })
    const { id: tmt } = await makeType()
    const body = { tmt, domain: holder, additional_claims: { iss: 'https://evil.example.org' } }
    const refused = await rest.call('POST', '/trustmarks', body)
    expect(refused.status).toBe(400)
    expect(refused.body.message).toBe('additional_claims must not set protected claims: iss.')
  })
})
