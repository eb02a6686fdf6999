/** Tests the REST API for the scheduled rollover of the signing key. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { createRestClient, type RestClient } from '#test/helpers/rest.ts'

let admin: TestAdmin
let rest: RestClient
beforeAll(async () => {
  admin = await startAdmin()
  rest = await createRestClient(admin)
})
afterAll(() => admin?.close())

const PATH = '/server/rollover'
const off = {
  months: null,
  alg: null,
  notice_days: 7,
  held: false,
  next_step: null,
  next_step_kid: null,
  next_step_at: null,
  next_step_store: null,
  waits_for: null,
  version: 0,
}

it('shows the plan, and changes it', async () => {
  expect(await rest.call('GET', PATH, undefined, 'viewer')).toEqual({ status: 200, body: off })
  const { status, body } = await rest.call('PUT', PATH, {
    months: 6,
    alg: 'ES384',
    notice_days: 2,
    version: 0,
  })
  expect(status).toBe(200)
  const { data } = await admin.execute('{ signingKeys { keys { kid } rollover { nextStepAt waitsFor } } }')
  const { keys, rollover } = data.signingKeys
  expect(body).toEqual({
    months: 6,
    alg: 'ES384',
    notice_days: 2,
    held: false,
    next_step: 'ANNOUNCE',
    next_step_kid: keys[0].kid,
    next_step_at: rollover.nextStepAt,
    next_step_store: 'files',
    waits_for: rollover.waitsFor,
    version: 1,
  })
  const held = await rest.call('PUT', PATH, { held: true })
  expect(held.body).toMatchObject({ months: 6, held: true, waits_for: 'An operator holds the rollover.' })
  expect(await rest.call('PUT', PATH, { months: null, alg: null, notice_days: null, held: null })).toEqual({
    status: 200,
    body: { ...off, version: 3 },
  })
  const entry = await admin.server.db.auditEvent.findFirst({ orderBy: { id: 'desc' } })
  expect(entry).toMatchObject({ action: 'scheduleRollover', actor: 'admin', resource: admin.entityId })
})

it.each([
  [{ months: 100 }, 400, /from 1 to 60 months/],
  [{ alg: 'HS256' }, 400, /alg/],
  [{ months: 6, version: 0 }, 409, /Someone else changed it/],
])('refuses %j', async (body, status, message) => {
  const answer = await rest.call('PUT', PATH, body)
  expect(answer.status).toBe(status)
  expect(JSON.stringify(answer.body)).toMatch(message)
})
