/** Tests receivers that fail: how long is waited for them, when they are paused, and what is not followed. */
import { beforeEach, describe, expect, it } from 'vitest'
import { startRawServer } from '#test/federation/raw-server.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { caller, DAY, HOUR, SECOND, startInstallation } from './installation.ts'
import { answerWith, subjects, take } from './receiver.ts'

const test = inFile(startInstallation)
beforeEach(async () => {
  await test.db.webhook.deleteMany()
  test.setTime(0)
})

it('waits longer after each failure, at most an hour', async () => {
  const { receiver, courier, find } = await test.connect()
  receiver.answer(answerWith(500))
  await test.happen('registerSubordinate', 'one')
  const waits: number[] = []
  for (let count = 0; count < 8; count++) {
    await courier.deliver()
    const wait = Number((await find()).nextAt) - test.now().getTime()
    waits.push(wait / SECOND)
    test.pass(wait)
  }
  expect(waits).toEqual([5, 30, 120, 300, 900, 3600, 3600, 3600])
})

describe('a receiver that fails', () => {
  it('does not delay another one', async () => {
    const bad = await test.connect()
    const good = await test.connect()
    bad.receiver.answer(answerWith(500))
    await test.happen('registerSubordinate', 'one', 'two')
    await good.courier.deliver()
    expect(subjects(good.receiver)).toEqual(['one', 'two'])
    expect(subjects(bad.receiver)).toEqual(['one'])
  })

  it('is tried at once after its URL or its secret was changed', async () => {
    const { receiver, courier, find, webhooks, id } = await test.connect()
    const { url } = receiver
    receiver.answer(answerWith(500))
    await test.happen('registerSubordinate', 'one')
    for (const change of [{ url }, { rotateSecret: true }]) {
      await courier.deliver()
      expect(await find()).toMatchObject({ failures: 1, nextAt: expect.any(Date) })
      await webhooks.update(caller, { id, ...change })
      expect(await find()).toMatchObject({ failures: 0, nextAt: null, failingSince: expect.any(Date) })
    }
    await courier.deliver()
    expect(subjects(receiver)).toEqual(['one', 'one', 'one'])
  })

  it('is not waited for longer than the limit', { tags: 'fault/member-misbehaves' }, async () => {
    const { receiver, courier, find } = await test.connect({}, { limits: { totalTimeout: 50 } })
    receiver.answer(() => undefined)
    await test.happen('registerSubordinate', 'one')
    await courier.deliver()
    expect(await find()).toMatchObject({ failures: 1, problem: 'The receiver did not respond in time.' })
  })

  it('with a redirect to a private address is not followed', async () => {
    let visits = 0
    const target = await startRawServer((_request, response) => {
      visits++
      response.end()
    })
    const { receiver, courier, find } = await test.connect()
    receiver.answer((response) => void response.writeHead(308, { location: target.url }).end())
    await test.happen('registerSubordinate', 'one')
    await courier.deliver()
    await target.close()
    expect((await find()).problem).toBe(
      `The receiver redirects to ${target.url}. Redirects are not followed.`,
    )
    expect(visits).toBe(0)
  })

  it('whose name leads to a private address is not asked', async () => {
    const { courier, webhooks } = test.open({ allowHttp: false })
    const { webhook } = await webhooks.create(caller, { url: 'https://localhost:9/hook' })
    await test.happen('registerSubordinate', 'one')
    await courier.deliver()
    const { problem } = await test.db.webhook.findUniqueOrThrow({ where: { id: webhook.id } })
    expect(problem).toMatch(/^localhost resolves to .*, which is not a public address\./)
  })

  it('is paused after five days, with an entry in the audit log', async () => {
    const { receiver, courier, find, webhooks, id } = await test.connect()
    receiver.answer(answerWith(500))
    await test.happen('registerSubordinate', 'one')
    await courier.deliver()
    test.pass(5 * DAY - HOUR)
    await courier.deliver()
    expect(await find()).toMatchObject({ active: true, failures: 2 })
    test.pass(HOUR)
    await courier.deliver()
    const problem = `It failed for 5 days. The receiver returned HTTP status`
    expect(await find()).toMatchObject({
      active: false,
      nextAt: null,
      problem: expect.stringContaining(problem),
    })
    expect(await test.db.auditEvent.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({
      action: 'pauseWebhook',
      actor: 'job:webhooks',
      reason: expect.stringContaining(problem),
    })
    test.setTime(0)
    receiver.answer(take)
    receiver.received.length = 0
    await test.happen('registerSubordinate', 'two')
    await courier.deliver()
    expect(receiver.received).toEqual([])
    await webhooks.update(caller, { id, active: true })
    await courier.deliver()
    expect(subjects(receiver)).toEqual(['one', 'two'])
    expect(await find()).toMatchObject({ active: true, problem: null, failingSince: null })
  })

  it('is paused at once when it says that it is gone', async () => {
    const { receiver, courier, find, id } = await test.connect()
    receiver.answer(answerWith(410))
    await test.happen('registerSubordinate', 'one')
    await courier.deliver()
    expect(await find()).toMatchObject({
      active: false,
      problem: `The receiver returned HTTP status 410: it wants no more events.`,
    })
    const delivery = await test.db.delivery.findFirst({ where: { webhookId: id } })
    expect(delivery).toMatchObject({ state: 'FAILED', statusCode: 410, nextAt: null })
  })
})
