/** Tests processes that deliver: several at a time, ended in the middle, and webhooks that change meanwhile. */
import { setTimeout } from 'node:timers/promises'
import { beforeEach, expect, it } from 'vitest'
import { pruneInstallation } from '#server/jobs/prune.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { caller, DAY, HOUR, MINUTE, startInstallation } from './installation.ts'
import { answerWith, subjects, take } from './receiver.ts'

const test = inFile(startInstallation)
beforeEach(async () => {
  await test.db.webhook.deleteMany()
  test.setTime(0)
})

const names = (count: number) =>
  Array.from({ length: count }, (_each, index) => `https://rp${index}.example.org`)

it('delivers each event once from several processes', async () => {
  const { receiver, courier } = await test.connect()
  const others = [test.open(), test.open()]
  await test.happen('registerSubordinate', ...names(60))
  let isDone = false
  const deliver = async (each: typeof courier) => {
    while (!isDone) {
      await each.deliver()
      await setTimeout(1)
    }
  }
  const working = Promise.all([courier, ...others.map((other) => other.courier)].map(deliver))
  await expect.poll(() => receiver.received.length).toBeGreaterThanOrEqual(60)
  await test.happen('registerSubordinate', 'last')
  await expect.poll(() => subjects(receiver).at(-1)).toBe('last')
  isDone = true
  await working
  expect(subjects(receiver)).toEqual([...names(60), 'last'])
})

it('sends the same event again after a process that was killed between response and record', {
  tags: 'fault/courier-killed',
}, async () => {
  const { receiver, courier, find } = await test.connect()
  await test.happen('registerSubordinate', 'one', 'two')
  // The receiver has the event; then the process has neither its lease nor its record.
  receiver.answer(async (response) => {
    await test.db.webhook.updateMany({ data: { leaseHolder: 'another process' } })
    take(response)
  })
  await courier.deliver()
  expect(subjects(receiver)).toEqual(['one'])
  const next = test.open()
  await next.courier.deliver()
  expect(subjects(receiver)).toEqual(['one']) // while the lease of the killed process lasts
  receiver.answer(take)
  await test.db
    .$executeRaw`UPDATE "Webhook" SET "leaseUntil" = now() AT TIME ZONE 'utc' - interval '1 second'`
  await next.courier.deliver()
  expect(subjects(receiver)).toEqual(['one', 'one', 'two'])
  const [first, second] = receiver.received
  expect(second?.id).toBe(first?.id)
  expect(await test.db.delivery.count({ where: { state: 'DELIVERED', webhookId: (await find()).id } })).toBe(
    2,
  )
})

it('records nothing about an attempt that the end of the process cut off', async () => {
  const { receiver, courier, find } = await test.connect({}, { limits: { totalTimeout: 60_000 } })
  const { position } = await find()
  receiver.answer(() => undefined)
  await test.happen('registerSubordinate', 'one')
  const delivering = courier.deliver()
  await expect.poll(() => subjects(receiver)).toEqual(['one'])
  await courier.close()
  await delivering
  expect(await find()).toMatchObject({ position, failures: 0, problem: null, leaseUntil: null })
  receiver.answer(take)
  await test.open().courier.deliver()
  expect(subjects(receiver)).toEqual(['one', 'one'])
})

it('goes on where it was after a restart, without a look at what it has delivered', async () => {
  const { receiver, courier } = await test.connect()
  await test.happen('registerSubordinate', 'one')
  await courier.deliver()
  await courier.close()
  await test.happen('registerSubordinate', 'two')
  await test.open().courier.deliver()
  expect(subjects(receiver)).toEqual(['one', 'two'])
})

it('looks for events at short intervals', async () => {
  const { receiver, courier } = await test.connect()
  courier.start()
  await test.happen('registerSubordinate', 'one')
  await expect.poll(() => subjects(receiver)).toEqual(['one'])
})

it('replays from a time, with the same ids', async () => {
  const { receiver, courier, webhooks, id } = await test.connect()
  await test.happen('registerSubordinate', 'one', 'two', 'three')
  const second = await test.db.auditEvent.findFirstOrThrow({
    where: { resource: 'two' },
    orderBy: { id: 'desc' },
  })
  await courier.deliver()
  test.pass(MINUTE)
  await webhooks.replay(caller, id, second.at)
  await courier.deliver()
  expect(subjects(receiver)).toEqual(['one', 'two', 'three', 'two', 'three'])
  const ids = receiver.received.map((each) => each.id)
  expect(ids.slice(3)).toEqual(ids.slice(1, 3))
})

it('passes over what waits when it is replayed from now', async () => {
  const { receiver, courier, webhooks, find, id } = await test.connect()
  receiver.answer(answerWith(500))
  await test.happen('registerSubordinate', 'one', 'two')
  await courier.deliver()
  test.pass(MINUTE)
  await webhooks.replay(caller, id, test.now())
  expect(await find()).toMatchObject({ failures: 0, problem: null, nextAt: null })
  expect(await test.db.delivery.findMany({ where: { webhookId: id } })).toMatchObject([{ state: 'FAILED' }])
  receiver.answer(take)
  await test.happen('registerSubordinate', 'three')
  await courier.deliver()
  expect(subjects(receiver)).toEqual(['one', 'three'])
})

it('keeps a replay that came during an attempt', async () => {
  const { receiver, courier, webhooks, id } = await test.connect()
  await test.happen('registerSubordinate', 'one', 'two')
  const first = await test.db.auditEvent.findFirstOrThrow({
    where: { resource: 'one' },
    orderBy: { id: 'desc' },
  })
  test.pass(MINUTE)
  let isReplayed = false
  receiver.answer(async (response) => {
    if (subjects(receiver).at(-1) === 'two' && !isReplayed) {
      isReplayed = true
      await webhooks.replay(caller, id, first.at)
    }
    take(response)
  })
  await courier.deliver()
  await courier.deliver()
  expect(subjects(receiver)).toEqual(['one', 'two', 'one', 'two'])
})

it('signs with the new and the previous secret for a day', async () => {
  const { receiver, courier, webhooks, find, id, secret } = await test.connect()
  const signatures = () => receiver.received.at(-1)?.headers['webhook-signature']?.split(' ')
  const { secret: fresh } = await webhooks.update(caller, { id, rotateSecret: true })
  expect(fresh).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(fresh).not.toBe(secret)
  await test.happen('registerSubordinate', 'one')
  await courier.deliver()
  expect(subjects(receiver)).toEqual(['one']) // which knows the previous secret
  expect(signatures()).toHaveLength(2)
  receiver.trust(fresh ?? '')
  await test.happen('registerSubordinate', 'two')
  await courier.deliver()
  expect(subjects(receiver)).toEqual(['one', 'two'])
  // The same a day later, with the clock of the database as it is.
  await test.db.webhook.updateMany({ data: { previousSecretUntil: test.now() } })
  await test.happen('registerSubordinate', 'three')
  await courier.deliver()
  expect(subjects(receiver)).toEqual(['one', 'two', 'three'])
  expect(signatures()).toHaveLength(1)
  await pruneInstallation(test.db, new Date(test.now().getTime() + 1))
  expect(await find()).toMatchObject({ previousSecret: null, previousSecretUntil: null })
})

it('keeps the previous secret for 24 hours', async () => {
  const { webhooks, find, id } = await test.connect()
  await webhooks.update(caller, { id, rotateSecret: true })
  expect(Number((await find()).previousSecretUntil) - test.now().getTime()).toBe(24 * HOUR)
})

it('pauses a webhook whose secret another AUTH_SECRET has sealed, until it has a new one', async () => {
  const { receiver, find, id } = await test.connect()
  const { courier, webhooks } = test.open({
    authSecret: 'another secret, of the place where the backup is restored',
  })
  await test.happen('registerSubordinate', 'one')
  await courier.deliver()
  expect(receiver.received).toEqual([])
  expect(await find()).toMatchObject({
    active: false,
    problem: expect.stringMatching(/^Its secret cannot be read/),
  })
  const { secret } = await webhooks.update(caller, { id, rotateSecret: true, active: true })
  receiver.trust(secret ?? '')
  await courier.deliver()
  expect(subjects(receiver)).toEqual(['one'])
  expect(await find()).toMatchObject({ active: true, problem: null, previousSecret: null })
})

it('stores no secret that can be read without AUTH_SECRET', async () => {
  const { webhooks, find, id, secret } = await test.connect()
  const { secret: fresh } = await webhooks.update(caller, { id, rotateSecret: true })
  const row = JSON.stringify(await find())
  const entries = JSON.stringify(await test.db.auditEvent.findMany())
  for (const each of [secret, fresh ?? '']) {
    expect(row).not.toContain(each.slice(6, 40))
    expect(entries).not.toContain(each.slice(6, 40))
  }
})

it('deletes deliveries after 30 days, but none that waits', async () => {
  const { receiver, courier, id } = await test.connect()
  await test.happen('registerSubordinate', 'one')
  await courier.deliver()
  receiver.answer(answerWith(500))
  await test.happen('registerSubordinate', 'two')
  await courier.deliver()
  const states = async () =>
    (await test.db.delivery.findMany({ where: { webhookId: id }, orderBy: { id: 'asc' } })).map(
      ({ state }) => state,
    )
  test.pass(29 * DAY)
  await pruneInstallation(test.db, test.now())
  expect(await states()).toEqual(['DELIVERED', 'WAITING'])
  test.pass(2 * DAY)
  await pruneInstallation(test.db, test.now())
  expect(await states()).toEqual(['WAITING'])
})
