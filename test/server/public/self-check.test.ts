/** Tests the public self-check: what it finds, for how long, and its page. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { registerLeaf, servedConfiguration, startLeaf } from '#test/helpers/subordinate.ts'
import { afterAMinute, answered, forget, get, offer, post } from './public-test.ts'

const admin = adminInFile()
beforeAll(() => offer(admin, 'SELF_CHECK'))
afterEach(() => forget(admin))

const check = (sub: string) => answered(admin, '/self_check', { sub })
const html = { accept: 'text/html,*/*' }

describe('the self-check', () => {
  it('is pending, then has every check, and registers nothing', async () => {
    const entity = await startLeaf(admin, {
      metadata: relyingParty,
      authorityHints: ['https://other.example'],
    })
    const sub = entity.id
    const first = await get(admin, '/self_check', { sub })
    expect(first.status).toBe(202)
    expect(first.headers.get('retry-after')).toBe('2')
    expect(await first.json()).toEqual({
      sub,
      state: 'pending',
      message: 'The entity waits to be examined. Ask again in 2 seconds.',
      status: `${admin.entityId}/self_check?sub=${encodeURIComponent(sub)}`,
    })
    const result = await check(sub)
    expect(result).toMatchObject({
      sub,
      state: 'not_acceptable',
      message: 'It cannot be registered yet: 1 check failed.',
    })
    expect(result.checks).toContainEqual({
      name: 'AUTHORITY_HINT',
      status: 'FAILED',
      title: 'It names this Trust Anchor as its superior',
      message: `Its authority_hints name https://other.example. The entity must add ${admin.entityId}.`,
      advice: null,
      section: '3.1.2',
    })
    expect(await admin.server.db.subordinate.count()).toBe(0)
    expect(await admin.server.db.request.count()).toBe(0)
  })

  it('fetches the entity once a minute, also for those who ask again', async () => {
    const entity = await startLeaf(admin, { metadata: relyingParty, authorityHints: [] })
    const sub = entity.id
    expect((await check(sub)).state).toBe('not_acceptable')
    entity.options.authorityHints = [admin.entityId]
    const again = { sub, again: 'true' }
    expect(await (await get(admin, '/self_check', again)).json()).toMatchObject({ state: 'not_acceptable' })
    expect(entity.requests).toHaveLength(1)
    await afterAMinute(admin)
    expect((await check(sub)).state).toBe('not_acceptable')
    expect((await get(admin, '/self_check', again)).status).toBe(202)
    await expect.poll(async () => (await check(sub)).state).toBe('acceptable')
    expect(entity.requests).toHaveLength(2)
  })

  it('of a member says that it is registered', async () => {
    const { leaf: entity } = await registerLeaf(admin)
    expect(await check(entity.id)).toMatchObject({
      state: 'acceptable',
      message: 'It is registered here, and every check passes.',
    })
  })

  it('of an entity that does not answer says so', async () => {
    expect(await check('http://127.0.0.1:1')).toMatchObject({
      state: 'not_acceptable',
      checks: expect.arrayContaining([expect.objectContaining({ name: 'REACHABLE', status: 'FAILED' })]),
    })
  })

  it.each([
    ['', 'The parameter sub is required.'],
    ['not a url', 'is not'],
    [`https://${'a'.repeat(2050)}.example`, 'longer than'],
  ])('refuses %o', async (sub, text) => {
    const response = await get(admin, '/self_check', { sub })
    expect(response.status).toBe(400)
    const body = (await response.json()) as { error: string; error_description: string }
    expect(body).toMatchObject({ error: 'invalid_request', error_description: expect.stringContaining(text) })
  })

  it('is there only while the Entity Configuration names it', async () => {
    const { metadata } = (await servedConfiguration(admin)) as { metadata: Record<string, object> }
    expect(metadata.federation_entity).toMatchObject({
      federation_self_check_endpoint: `${admin.entityId}/self_check`,
    })
    await offer(admin)
    const sub = 'https://rp.example.org'
    await expect.poll(async () => (await get(admin, '/self_check', { sub })).status).toBe(404)
    for (const path of ['/self_check', '/enroll', '/trust_mark_request']) {
      expect((await get(admin, path, { sub })).status).toBe(404)
      expect((await post(admin, path, { sub })).status).toBe(404)
    }
    await offer(admin, 'SELF_CHECK')
    // Another entity: the answer about the first one may be there already.
    const other = { sub: 'https://other.example.org' }
    await expect.poll(async () => (await get(admin, '/self_check', other)).status).toBe(202)
  })
})

describe('its page', () => {
  const page = async (sub: string, further = {}) => {
    const response = await get(admin, '/self_check', { sub, ...further }, html)
    return { response, text: await response.text() }
  }

  it('asks for an identifier, waits, and shows the result with the failures first', async () => {
    const { response, text } = await page('')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-security-policy')).toContain("form-action 'self'")
    expect(text).toContain('<label for="sub">Entity Identifier</label>')
    expect(text).not.toContain('http-equiv="refresh"')
    const { id: sub } = await startLeaf(admin, { metadata: relyingParty, authorityHints: [] })
    const waiting = await page(` ${sub} `)
    expect(waiting.text).toContain('<meta http-equiv="refresh" content="2">')
    await check(sub)
    const result = (await page(sub)).text
    expect(result).toContain('It cannot be registered yet: 1 check failed.')
    expect(result.indexOf('It names this Trust Anchor')).toBeLessThan(result.indexOf('is well-formed'))
    expect(result).not.toContain('http-equiv="refresh"')
  })

  it('leads from "again" to an address that can be shared', async () => {
    const { id: sub } = await startLeaf(admin)
    const { response } = await page(sub, { again: 'true' })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(`/self_check?sub=${encodeURIComponent(sub)}`)
  })

  it('says what is wrong with an identifier, and escapes it', async () => {
    const { response, text } = await page('<script>alert(1)</script>')
    expect(response.status).toBe(400)
    expect(text).not.toContain('<script>')
    expect(text).toContain('aria-invalid="true"')
  })
})
