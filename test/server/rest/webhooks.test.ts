/** Tests the REST API for webhooks with receivers on loopback, and who may use it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createAccounts } from '#server/auth/accounts.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { PASSWORD, startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { createRestClient, type RestClient } from '#test/helpers/rest.ts'
import { answerWith, startReceiver, subjects } from '#test/server/webhook/receiver.ts'

let admin: TestAdmin
let rest: RestClient
beforeAll(async () => {
  admin = await startAdmin()
  rest = await createRestClient(admin)
  await makeAnchor(admin, 'test')
})
afterAll(() => admin.close())
beforeEach(async () => void (await admin.server.installation.webhook.deleteMany()))

const unreachable = 'http://127.0.0.1:9/hook'
async function create(fields: object = {}) {
  const { status, body } = await rest.call('POST', '/webhooks', { url: unreachable, ...fields })
  expect(status).toBe(201)
  return body
}
/** A receiver with its webhook. */
async function connect(fields: object = {}) {
  const receiver = await startReceiver()
  const webhook = await create({ url: receiver.url, ...fields })
  receiver.trust(webhook.secret)
  return { receiver, webhook, path: `/webhooks/${webhook.id}` }
}
const typeNamed = (name: string) => `https://marks.example.org/${name}`
const happen = (name: string) => rest.call('POST', '/trustmarktypes', { tmtype: typeNamed(name) })
const lastEntry = () => admin.server.installation.auditEvent.findFirst({ orderBy: { id: 'desc' } })

describe('a webhook', () => {
  it('is created with a secret that is shown once, and signs what happens', async () => {
    const { receiver, webhook, path } = await connect({ description: 'Ticket system', anchors: ['main'] })
    const { secret, ...shown } = webhook
    expect(secret).toMatch(/^whsec_/)
    expect(shown).toEqual({
      id: expect.any(Number),
      url: receiver.url,
      description: 'Ticket system',
      events: [],
      anchors: ['main'],
      active: true,
      state: 'ACTIVE',
      problem: null,
      failing_since: null,
      next_attempt_at: null,
      last_delivered_at: null,
      secret_changed_at: expect.any(String),
      previous_secret_until: null,
      created_at: expect.any(String),
      version: 1,
      waiting: { count: 0, more: false },
    })
    const entry = await lastEntry()
    expect(entry).toMatchObject({ action: 'createWebhook', actor: 'admin', method: 'api_key' })
    expect(JSON.stringify(entry)).not.toContain(secret)
    expect(await rest.call('GET', path)).toEqual({ status: 200, body: shown })
    const { waiting: _, ...item } = shown
    expect((await rest.call('GET', '/webhooks')).body).toEqual({ count: 1, items: [item] })
    await happen('first')
    await expect.poll(() => subjects(receiver)).toEqual([typeNamed('first')])
    const delivered = async () => (await rest.call('GET', `${path}/deliveries?state=DELIVERED`)).body
    await expect.poll(delivered).toMatchObject({
      count: 1,
      items: [
        {
          state: 'DELIVERED',
          recipient: receiver.url,
          event: 'org.inmor.createTrustMarkType',
          anchor: 'main',
          attempts: 1,
          status_code: 204,
          last_error: null,
          next_attempt_at: null,
        },
      ],
    })
    expect((await rest.call('GET', `${path}/deliveries?state=FAILED`)).body.count).toBe(0)
  })

  it('keeps absent members, resets those that are null, and gets a new secret', async () => {
    const { id, secret } = await create({ description: 'One', events: ['createTrustMarkType'] })
    const path = `/webhooks/${id}`
    const paused = await rest.call('PATCH', path, { active: false, version: 1 })
    expect(paused).toMatchObject({
      status: 200,
      body: { state: 'PAUSED', description: 'One', events: ['createTrustMarkType'], secret: null },
    })
    const reset = await rest.call('PATCH', path, { active: null, description: null, events: null })
    expect(reset.body).toMatchObject({ state: 'ACTIVE', description: null, events: [], version: 3 })
    const rotated = await rest.call('PATCH', path, { rotate_secret: true })
    expect(rotated.body.secret).toMatch(/^whsec_/)
    expect(rotated.body.secret).not.toBe(secret)
    expect(rotated.body.previous_secret_until).not.toBeNull()
    expect(await lastEntry()).toMatchObject({ action: 'updateWebhook', actor: 'admin' })
    const late = await rest.call('PATCH', path, { version: 1, description: 'Late' })
    expect(late).toMatchObject({ status: 409, body: { id } })
  })

  it('is tested, and the answer says what became of it', async () => {
    const { receiver, path } = await connect()
    expect(await rest.call('POST', `${path}/test`)).toMatchObject({
      status: 200,
      body: { state: 'DELIVERED', event: 'org.inmor.testWebhook', anchor: null, status_code: 204 },
    })
    expect(receiver.received.map(({ event }) => event.type)).toEqual(['org.inmor.testWebhook'])
    receiver.answer(answerWith(500))
    expect(await rest.call('POST', `${path}/test`)).toMatchObject({
      status: 200,
      body: { state: 'FAILED', status_code: 500, last_error: 'The receiver returned HTTP status 500.' },
    })
    expect(await lastEntry()).toMatchObject({ action: 'testWebhook', actor: 'admin' })
    const { body } = await rest.call('GET', `${path}/deliveries?limit=1`)
    expect(body).toMatchObject({ count: 2, items: [{ state: 'FAILED' }] })
  })

  it('gets again what happened since a time', async () => {
    const from = new Date().toISOString()
    await happen('replayed')
    const { receiver, path } = await connect({ events: ['createTrustMarkType'] })
    const replayed = await rest.call('POST', `${path}/replay`, { from })
    expect(replayed).toMatchObject({ status: 200, body: { state: 'ACTIVE', version: 2 } })
    await expect.poll(() => subjects(receiver)).toEqual([typeNamed('replayed')])
  })

  it.each<[from: unknown, message: RegExp]>([
    ['2126-01-01T00:00:00Z', /^from must not be in the future\.$/],
    ['yesterday', /^from: /],
    [undefined, /^from: /],
  ])('is not sent events since %s', async (from, message) => {
    const { id } = await create()
    const refused = await rest.call('POST', `/webhooks/${id}/replay`, { from })
    expect(refused.status).toBe(400)
    expect(refused.body.message).toMatch(message)
  })

  it('is sent everything since the year 0, of which PostgreSQL knows nothing', async () => {
    const { path } = await connect()
    expect((await rest.call('POST', `${path}/replay`, { from: '0000-01-01T00:00:00Z' })).status).toBe(200)
  })

  it('is removed with its deliveries', async () => {
    const { path } = await connect()
    await rest.call('POST', `${path}/test`)
    expect(await rest.call('DELETE', path)).toEqual({ status: 204, body: null })
    expect(await lastEntry()).toMatchObject({ action: 'removeWebhook', actor: 'admin' })
    for (const [method, place, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { active: false }],
      ['DELETE', '', undefined],
      ['POST', '/test', undefined],
      ['POST', '/replay', { from: '2026-01-01T00:00:00Z' }],
      ['GET', '/deliveries', undefined],
    ] as const)
      expect(await rest.call(method, `${path}${place}`, body), place).toMatchObject({
        status: 404,
        body: { message: 'There is no such webhook.' },
      })
  })

  it.each<[body: object, message: RegExp]>([
    [{ url: 'ftp://receiver.example.org' }, /./],
    [{ url: 'https://receiver.example.org/#x' }, /has a fragment, which is never sent\. Remove it\.$/],
    [{ events: ['signIn'] }, /^events\.0: /],
    [{ anchors: ['main', 'none'] }, /^anchors\.1: There is no anchor "none"\.$/],
    [{ url: null }, /^url: /],
  ])('with %o is refused', async (body, message) => {
    const refused = await rest.call('POST', '/webhooks', { url: unreachable, ...body })
    expect(refused.status).toBe(400)
    expect(refused.body.message).toMatch(message)
    expect(await admin.server.installation.webhook.count()).toBe(0)
  })
})

describe('a key', () => {
  const calls = [
    ['GET', '', undefined],
    ['POST', '', { url: unreachable }],
    ['GET', '/1', undefined],
    ['PATCH', '/1', { active: false }],
    ['DELETE', '/1', undefined],
    ['POST', '/1/replay', { from: '2026-01-01T00:00:00Z' }],
    ['POST', '/1/test', undefined],
    ['GET', '/1/deliveries', undefined],
  ] as const

  it.each(['main', 'test'])('for the anchor %s only reaches no webhook', async (anchor) => {
    const input = { username: 'admin', keyName: `of-${anchor}`, anchor }
    const as = await createAccounts(admin.server).createApiKey(cliCaller('test'), input)
    for (const [method, path, body] of calls)
      expect(await rest.call(method, `/webhooks${path}`, body, as), `${method} ${path}`).toMatchObject({
        status: 403,
        body: { message: 'This key may not do this.' },
      })
    expect(await admin.server.installation.webhook.count()).toBe(0)
  })

  it('of an administrator of the first anchor only reaches none', async () => {
    const accounts = createAccounts(admin.server)
    const user = { username: 'local', password: PASSWORD }
    const anchorRoles = [{ anchor: 'main', role: 'admin' as const }]
    await accounts.createUser(cliCaller('test'), { ...user, anchorRoles })
    const as = await accounts.createApiKey(cliCaller('test'), { username: 'local', keyName: 'local' })
    expect((await rest.call('PUT', '/check_pipelines', {}, as)).status).toBe(400)
    expect((await rest.call('GET', '/webhooks', undefined, as)).status).toBe(403)
  })

  it('finds no webhooks below an anchor', async () => {
    const { id } = await create()
    for (const path of ['/webhooks', `/webhooks/${id}`]) {
      const response = await fetch(`${admin.adminUrl}/api/v1/anchors/main${path}`, {
        headers: { 'x-api-key': admin.keys.admin },
      })
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ message: expect.stringContaining('There is no GET ') })
    }
  })
})
