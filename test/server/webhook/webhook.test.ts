/** Tests webhooks through the API of a running server: the mutations, and what reaches a receiver. */
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { answerWith, startReceiver, subjects } from './receiver.ts'

const admin = adminInFile()
beforeAll(async () => {
  const other = { slug: 'test', entityId: 'http://test.example.org', displayName: 'Test' }
  await admin.mutate('createTrustAnchor', other, 'slug', 'admin')
})
beforeEach(async () => void (await admin.server.installation.webhook.deleteMany()))

const FIELDS = `id url description events anchorSlugs active state problem failingSince nextAttemptAt lastDeliveredAt
  waiting { count more } secretChangedAt previousSecretUntil createdAt version`
const CHANGED = `secret webhook { ${FIELDS} }`

const as = (name: string, input: object, selection: string) => admin.mutate(name, input, selection, 'admin')
const create = (input: object) => as('createWebhook', { url: 'http://127.0.0.1:9/hook', ...input }, CHANGED)
const list = async () => (await admin.execute(`{ webhooks { ${FIELDS} } }`)).data?.webhooks
const deliveriesOf = async (
  filter: object,
  selection = 'state event recipient anchorSlug attempts statusCode',
) => {
  const document = `query ($filter: DeliveryFilter) { deliveries(filter: $filter) {
    totalCount edges { node { ${selection} } } } }`
  const { data, errors } = await admin.execute(document, { filter })
  expect(errors).toBeUndefined()
  return data.deliveries
}
const lastEntry = () => admin.server.installation.auditEvent.findFirst({ orderBy: { id: 'desc' } })
const makeType = (name: string, anchor = 'main') =>
  as('createTrustMarkType', { type: `https://marks.example.org/${name}`, anchor }, 'id')

it('sends what happens in every anchor, with the anchor’s identifier as source', {
  tags: ['mutation/createWebhook/success', 'mutation/createWebhook/audit'],
}, async () => {
  const receiver = await startReceiver()
  const { secret, webhook } = await create({ url: receiver.url, description: 'Ticket system' })
  receiver.trust(secret)
  expect(webhook).toMatchObject({
    state: 'ACTIVE',
    events: [],
    anchorSlugs: [],
    waiting: { count: 0, more: false },
  })
  const entry = await lastEntry()
  expect(entry).toMatchObject({
    action: 'createWebhook',
    resourceType: 'Webhook',
    resource: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ \(\d+\)$/),
    after: { url: receiver.url, description: 'Ticket system' },
  })
  expect(JSON.stringify(entry)).not.toContain(secret)
  await makeType('first')
  await makeType('second', 'test')
  await expect.poll(() => receiver.received.length).toBe(2)
  expect(receiver.received.map(({ event: { source, data } }) => [source, data.anchor])).toEqual([
    [admin.entityId, 'main'],
    ['http://test.example.org', 'test'],
  ])
  await expect.poll(list).toMatchObject([{ id: webhook.id, waiting: { count: 0 } }])
  const { totalCount, edges } = await deliveriesOf({ webhookId: webhook.id })
  expect([totalCount, edges[0].node]).toEqual([
    2,
    {
      state: 'DELIVERED',
      event: 'org.inmor.createTrustMarkType',
      recipient: receiver.url,
      anchorSlug: 'test',
      attempts: 1,
      statusCode: 204,
    },
  ])
})

it('sends the events of some anchors only', async () => {
  const receivers = { main: await startReceiver(), test: await startReceiver() }
  await create({ url: receivers.main.url, anchors: ['main'] })
  const { webhook } = await create({ url: receivers.test.url, anchors: ['http://test.example.org'] })
  expect(webhook.anchorSlugs).toEqual(['test'])
  await makeType('third')
  await makeType('fourth', 'test')
  const url = (name: string) => `https://marks.example.org/${name}`
  await expect.poll(() => subjects(receivers.main)).toEqual([url('third')])
  await expect.poll(() => subjects(receivers.test)).toEqual([url('fourth')])
})

it('shows why a webhook fails, and how many events wait', async () => {
  const receiver = await startReceiver()
  receiver.answer(answerWith(500))
  const { webhook } = await create({ url: receiver.url })
  await makeType('fifth')
  await makeType('sixth')
  const problem = `The receiver returned HTTP status 500.`
  await expect.poll(list).toMatchObject([{ state: 'FAILING', problem, waiting: { count: 2, more: false } }])
  const { edges } = await deliveriesOf({ state: 'WAITING' }, 'lastError nextAttemptAt webhook { id }')
  expect(edges).toMatchObject([{ node: { lastError: problem, webhook: { id: webhook.id } } }])
})

it('counts waiting events up to a limit', async () => {
  const { webhook } = await create({ active: false })
  await admin.server.installation.$executeRaw`
    INSERT INTO "AuditEvent" ("at", "actor", "method", "action", "resourceType", "resource", "eventTypes", "previousHash", "hash")
    SELECT now(), 'job', 'job', 'renewSubordinate', 'Subordinate', n::text, '{}', '', '' FROM generate_series(1, 1001) AS n`
  expect(await list()).toMatchObject([
    { id: webhook.id, state: 'PAUSED', waiting: { count: 1000, more: true } },
  ])
})

it('changes a webhook, and shows a new secret once', {
  tags: ['mutation/updateWebhook/success', 'mutation/updateWebhook/audit'],
}, async () => {
  const { secret, webhook } = await create({ events: ['ISSUE_TRUST_MARK'] })
  const { id } = webhook
  const changed = await as('updateWebhook', { id, events: null, anchors: ['main'], active: false }, CHANGED)
  expect(changed).toMatchObject({
    secret: null,
    webhook: { events: [], anchorSlugs: ['main'], state: 'PAUSED', version: 2 },
  })
  expect(await lastEntry()).toMatchObject({
    action: 'updateWebhook',
    before: { events: ['issueTrustMark'], active: true },
    after: { events: [], active: false },
  })
  const rotated = await as('updateWebhook', { id, rotateSecret: true }, CHANGED)
  expect(rotated.secret).toMatch(/^whsec_/)
  expect(rotated.secret).not.toBe(secret)
  expect(rotated.webhook.previousSecretUntil).not.toBeNull()
  expect(JSON.stringify(await lastEntry())).not.toContain(rotated.secret)
})

it('removes a webhook with its deliveries', {
  tags: ['mutation/removeWebhook/success', 'mutation/removeWebhook/audit'],
}, async () => {
  const { webhook } = await create({})
  await as('testWebhook', { id: webhook.id }, 'id')
  expect(await as('removeWebhook', { id: webhook.id }, '')).toMatchObject({ ids: [webhook.id] })
  expect(await list()).toEqual([])
  expect((await deliveriesOf({})).totalCount).toBe(0)
  expect(await lastEntry()).toMatchObject({
    action: 'removeWebhook',
    before: { url: webhook.url },
    after: null,
  })
})

it('replays', { tags: ['mutation/replayWebhook/success', 'mutation/replayWebhook/audit'] }, async () => {
  const receiver = await startReceiver()
  const from = new Date().toISOString()
  await makeType('seventh')
  const { webhook } = await create({ url: receiver.url })
  const replayed = await as('replayWebhook', { id: webhook.id, from }, FIELDS)
  expect(replayed).toMatchObject({ id: webhook.id, version: 2 })
  await expect.poll(() => subjects(receiver)).toEqual(['https://marks.example.org/seventh'])
  expect(await lastEntry()).toMatchObject({ action: 'replayWebhook', after: { from } })
  // PostgreSQL knows no year 0.
  const since = { id: webhook.id, from: '0000-01-01T00:00:00Z' }
  expect(await as('replayWebhook', since, 'version')).toMatchObject({ version: 3 })
})

it('tests a receiver, also while events wait for it', {
  tags: ['mutation/testWebhook/success', 'mutation/testWebhook/audit'],
}, async () => {
  const receiver = await startReceiver()
  const { secret, webhook } = await create({ url: receiver.url, active: false })
  receiver.trust(secret)
  const test = () => as('testWebhook', { id: webhook.id }, 'state event statusCode lastError webhook { id }')
  expect(await test()).toMatchObject({
    state: 'DELIVERED',
    event: 'org.inmor.testWebhook',
    statusCode: 204,
    lastError: null,
    webhook: { id: webhook.id },
  })
  const [{ id, event } = { id: '', event: null }] = receiver.received
  expect(id).toMatch(/^test_/)
  expect(event).toMatchObject({ id, source: admin.adminUrl, data: { action: 'testWebhook', anchor: null } })
  expect(await lastEntry()).toMatchObject({ action: 'testWebhook', after: { isDelivered: true } })
  receiver.answer(answerWith(404))
  const lastError = `The receiver returned HTTP status 404.`
  expect(await test()).toMatchObject({ state: 'FAILED', statusCode: 404, lastError })
})
