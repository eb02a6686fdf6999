/** Tests the announcements between admin processes while the connection to Redis is lost again and again. */
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { createEvents } from '#server/live/events.ts'
import { connectRedis, waitForRedis } from '#store/connect.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startRedis } from '#test/helpers/redis.ts'

const server = inFile(startRedis)

function startProcess() {
  const [publisher, subscriber] = [connectRedis(server.url), connectRedis(server.url)]
  const events = createEvents(publisher, subscriber, '')
  onTestFinished(async () => {
    await events.close()
    publisher.disconnect()
    subscriber.disconnect()
  })
  return { events, subscriber }
}

it('hears of changes again, although the connection is lost while it subscribes', async () => {
  const unhandled: unknown[] = []
  const note = (error: unknown) => void unhandled.push(error)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  const { events, subscriber } = startProcess()
  const other = startProcess()
  await waitForRedis(subscriber, 10_000)
  const heard = events.subscribe()[Symbol.asyncIterator]()
  await expect.poll(() => server.client.pubsub('CHANNELS', 'inmor:admin:*')).toHaveLength(3)

  subscriber.stream.destroy()
  await once(subscriber, 'ready')
  subscriber.stream.destroy() // its subscription was sent, and is not answered
  await once(subscriber, 'ready')

  const change = { kind: 'UPDATED', entityId: 'https://rp.example' } as const
  const next = heard.next()
  await expect
    .poll(() => {
      other.events.announce(change)
      return Promise.race([next, setTimeout(100)])
    })
    .toEqual({ done: false, value: change })
  expect(unhandled).toEqual([])
})

it.each([
  'not JSON',
  'null',
  '1',
  '{"origin":"another"}',
  '{"change":true}',
  '{"origin":"another","change":null}',
])('goes on after the message %s of another program', async (message) => {
  const { events, subscriber } = startProcess()
  await waitForRedis(subscriber, 10_000)
  const heard = events.subscribe()[Symbol.asyncIterator]()
  const channel = 'inmor:admin:subordinate-changed'
  await expect.poll(() => server.client.publish(channel, message)).toBe(1)
  const change = { kind: 'UPDATED', entityId: 'https://rp.example' }
  await server.client.publish(channel, JSON.stringify({ origin: 'another', change }))
  expect(await heard.next()).toEqual({ done: false, value: change })
})
