/** Tests what a receiver gets: each event once and in order, signed, also after it was away. */
import { beforeEach, expect, it } from 'vitest'
import { pruneAuditEvents } from '#server/services/audit/retention.ts'
import { recordOnly } from '#server/services/write.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { caller, ENTITY_ID, MINUTE, SECOND, startInstallation } from './installation.ts'
import { subjects } from './receiver.ts'

const test = inFile(startInstallation)
beforeEach(async () => {
  await test.db.webhook.deleteMany()
  test.setTime(0)
})

it('sends each event as a signed CloudEvent, without personal data', async () => {
  await test.happen('registerSubordinate', 'https://before.example.org')
  const { receiver, courier, find } = await test.connect()
  await test.happen('registerSubordinate', 'https://rp.example.org')
  await courier.deliver()
  const entry = await test.db.auditEvent.findFirstOrThrow({ orderBy: { id: 'desc' } })
  const id = `evt_${entry.id}_${entry.hash.slice(0, 16)}`
  expect(receiver.received).toHaveLength(1)
  expect(receiver.received[0]?.event).toEqual({
    specversion: '1.0',
    id,
    source: ENTITY_ID,
    type: 'org.inmor.registerSubordinate',
    subject: 'https://rp.example.org',
    time: entry.at.toISOString(),
    datacontenttype: 'application/json',
    data: {
      action: 'registerSubordinate',
      resourceType: 'Subordinate',
      resource: 'https://rp.example.org',
      anchor: 'main',
      eventTypes: ['registration'],
      run: null,
      hash: entry.hash,
    },
  })
  expect(receiver.received[0]?.headers).toMatchObject({
    'content-type': 'application/cloudevents+json',
    'webhook-id': id,
  })
  expect(await find()).toMatchObject({ position: entry.id, lastDeliveredAt: test.now() })
  for (const secret of [caller.name, caller.address, caller.reason, 'lu.example'])
    expect(receiver.received[0]?.body).not.toContain(secret)
})

it('sends nothing about people, their access, failures and refusals', async () => {
  const { receiver, courier, find } = await test.connect()
  await test.happen('createUser', 'anna')
  await test.happen('signIn', 'anna')
  await test.happen('invitePerson', 'anna')
  await test.happen('createApiKey', 'anna/ci')
  for (const outcome of ['REFUSED', 'FAILED'] as const)
    await recordOnly(test.db, caller, { action: 'registerSubordinate', resource: 'x', outcome })
  await courier.deliver()
  expect(receiver.received).toEqual([])
  const { lastId } = await test.db.auditHead.findFirstOrThrow()
  expect((await find()).position).toBe(lastId)
})

it('sends only the events that the webhook asks for', async () => {
  const { receiver, courier, webhooks, id } = await test.connect({
    events: ['issueTrustMark', 'revokeTrustMark'],
  })
  await test.happen('registerSubordinate', 'one')
  await test.happen('issueTrustMark', 'two')
  await test.happen('renewTrustMark', 'three')
  await test.happen('revokeTrustMark', 'four')
  await courier.deliver()
  expect(subjects(receiver)).toEqual(['two', 'four'])
  await webhooks.update(caller, { id, events: null })
  await test.happen('registerSubordinate', 'five')
  await courier.deliver()
  expect(subjects(receiver)).toEqual(['two', 'four', 'five'])
})

it.each([
  ['http://hooks.example.org', 'is not an https URL.'],
  ['https://10.0.0.1/hook', 'which is not a public address.'],
  ['https://[::1]/hook', 'which is not a public address.'],
])('is refused for %s, where http is not allowed', async (url, message) => {
  const { webhooks } = test.open({ allowHttp: false })
  await expect(webhooks.create(caller, { url })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    path: ['url'],
    message: expect.stringContaining(message),
  })
})

it('keeps the order of many events, also across pages', async () => {
  const { receiver, courier, attempts } = await test.connect()
  const names = Array.from({ length: 120 }, (_each, index) => `https://rp${index}.example.org`)
  await test.happen('registerSubordinate', ...names)
  await courier.deliver()
  expect(subjects(receiver)).toEqual(names)
  expect(attempts).toEqual({ succeeded: 120, failed: 0 })
})

it('sends everything once and in order after the receiver was down for ten minutes', {
  tags: 'fault/receiver-away',
}, async () => {
  test.setTime(-10 * MINUTE) // the library compares with the clock of the machine
  const { receiver, courier, find, id } = await test.connect()
  receiver.isAway = true
  await test.happen('registerSubordinate', 'one', 'two')
  const began = test.now().getTime()
  for (let passed = 0; passed < 10 * MINUTE; passed += SECOND) {
    await courier.deliver()
    test.pass(SECOND)
  }
  expect(await find()).toMatchObject({
    failures: 5,
    failingSince: new Date(began),
    problem: expect.stringMatching(/cannot be reached/),
    nextAt: new Date(began + (5 + 30 + 120 + 300 + 900) * SECOND),
  })
  expect(await test.db.delivery.findMany({ where: { webhookId: id } })).toMatchObject([
    { attempts: 5, state: 'WAITING', statusCode: null },
  ])
  receiver.isAway = false
  await test.happen('registerSubordinate', 'three')
  test.setTime(0)
  await courier.deliver()
  expect(receiver.received).toEqual([]) // its time has not come
  await test.db.webhook.updateMany({ data: { nextAt: test.now() } })
  await courier.deliver()
  expect(subjects(receiver)).toEqual(['one', 'two', 'three'])
  expect(await find()).toMatchObject({ failures: 0, failingSince: null, problem: null, nextAt: null })
  const rows = await test.db.delivery.findMany({ where: { webhookId: id }, orderBy: { id: 'asc' } })
  expect(rows.map(({ state, attempts }) => [state, attempts])).toEqual([
    ['DELIVERED', 6],
    ['DELIVERED', 1],
    ['DELIVERED', 1],
  ])
})

it('says which events the retention of the audit log removed before they were delivered', async () => {
  const { receiver, courier, find, webhooks, id } = await test.connect({ active: false })
  await test.happen('registerSubordinate', 'one', 'two')
  await pruneAuditEvents(test.db, new Date(Date.now() + MINUTE), caller)
  await test.happen('registerSubordinate', 'three')
  await webhooks.update(caller, { id, active: true })
  await courier.deliver()
  expect(subjects(receiver)).toEqual(['three'])
  expect((await find()).gap).toMatch(/^Events are missing before .*: the retention of the audit log/)
  expect((await find()).problem).toBeNull()
})
