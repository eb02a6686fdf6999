/** `/subordinate_events`: registration events, signed on request (Subordinate Events). */
import { expect, test } from 'vitest'
import { eachRow, proves } from '#test/helpers/rows.ts'
import { configuredInFile, entityId } from '../trust-anchor.ts'
import { verified } from '../verify.ts'

const typ = 'entity-events-statement+jwt'

const ta = configuredInFile()

async function events(sub: string): Promise<unknown> {
  const answer = await ta.get('/subordinate_events', { sub })
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, `application/${typ}`])
  const { payload } = await verified(answer.body, { keys: ta.jwks, typ })
  expect(payload).toMatchObject({ iss: entityId, sub, iat: expect.any(Number) })
  return payload.federation_registration_events
}

test('lists the events in order, and new ones immediately', {
  tags: ['events/response', 'events/claims'],
}, async () => {
  const id = 'https://rp.example'
  const registration = { iat: 100, event: 'registration' }
  const update = { iat: 200, event: 'jwks_update', event_description: 'New keys' }
  await ta.publishSubordinate({ id })
  await ta.recordEvents(id, [registration])
  expect(await events(id)).toEqual([registration])
  await ta.recordEvents(id, [registration, update])
  expect(await events(id)).toEqual([registration, update])
})

test('lists the events of a removed entity', async () => {
  const id = 'https://former.example'
  const revocation = { iat: 300, event: 'revocation' }
  await ta.recordEvents(id, [revocation])
  expect(await events(id)).toEqual([revocation])
})

test('lists no events of a subordinate without records', async () => {
  await ta.publishSubordinate({ id: 'https://quiet.example' })
  expect(await events('https://quiet.example')).toEqual([])
})

eachRow([
  proves(['unknown', { sub: 'https://nobody.example' }, 404, 'not_found'], 'events/errors'),
  proves(['missing', {}, 400, 'invalid_request'], 'events/request'),
  proves(['not an Entity Identifier', { sub: 'hello' }, 400, 'invalid_request'], 'events/request'),
])('refuses a subject that is %s', async (_what, parameters: Record<string, string>, status, error) => {
  const answer = await ta.get('/subordinate_events', parameters)
  expect(answer.json()).toMatchObject({ error })
  expect(answer.statusCode).toBe(status)
})
