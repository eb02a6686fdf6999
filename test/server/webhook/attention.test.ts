/** Tests how failing webhooks show: in alerts and in metrics. */
import { beforeEach, describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { readMetrics } from '#test/helpers/metrics.ts'
import { HOUR, MINUTE } from './installation.ts'
import { answerWith, startReceiver } from './receiver.ts'

const admin = adminInFile({}, { metricsPort: 0 })
beforeEach(async () => void (await admin.server.installation.webhook.deleteMany()))

const create = async (input: object) =>
  (await admin.mutate('createWebhook', input, 'webhook { id }', 'admin')).webhook.id as string
const set = (data: object) => admin.server.installation.webhook.updateMany({ data })
const ago = (milliseconds: number) => new Date(Date.now() - milliseconds)

describe('an alert', () => {
  const alerts = async (as: 'admin' | 'operator' = 'admin') => {
    const { data } = await admin.execute('{ alerts { code message since severity node { id } } }', {}, as)
    return data.alerts.filter(({ code }: { code: string }) => code === 'WEBHOOK_FAILING')
  }

  it('names a webhook that has failed for an hour', async () => {
    const id = await create({ url: 'http://127.0.0.1:9/secret', active: false })
    const problem = 'The receiver returned HTTP status 500.'
    await set({ active: true, failingSince: ago(HOUR - MINUTE), nextAt: ago(-HOUR), problem })
    expect(await alerts()).toEqual([])
    const failingSince = ago(HOUR + MINUTE)
    await set({ failingSince })
    expect(await alerts()).toEqual([
      {
        code: 'WEBHOOK_FAILING',
        severity: 'WARNING',
        message: `The webhook 127.0.0.1:9 fails: ${problem}`,
        since: failingSince.toISOString(),
        node: { id },
      },
    ])
    expect(await alerts('operator')).toEqual([])
  })

  it('names one that failures have paused, but none that an administrator has paused', async () => {
    await create({ url: 'http://127.0.0.1:9', active: false, description: 'Tickets' })
    expect(await alerts()).toEqual([])
    await set({ failingSince: ago(0), problem: 'It failed for 5 days.' })
    expect(await alerts()).toMatchObject([
      { message: 'The webhook Tickets is paused: It failed for 5 days.' },
    ])
  })
})

it('counts deliveries, webhooks by state and waiting events', async () => {
  const [good, bad] = [await startReceiver(), await startReceiver()]
  bad.answer(answerWith(500))
  await create({ url: good.url })
  const id = atob(await create({ url: bad.url })).split(':')[1] ?? ''
  await create({ url: good.url, active: false })
  await admin.mutate('createTrustMarkType', { type: 'https://marks.example.org/one' }, 'id')
  await expect.poll(() => [good.received.length, bad.received.length]).toEqual([1, 1])
  const total = 'inmor_webhook_deliveries_total'
  const read = () => readMetrics(admin.server.metricsUrl)
  const outcomes = async () =>
    ['succeeded', 'failed'].map(async (outcome) => (await read()).values(total, { outcome })[0])
  await expect.poll(async () => Promise.all(await outcomes())).toEqual([1, 1])
  const states = async () => {
    const { values } = await read()
    return ['active', 'failing', 'paused'].map((state) => values('inmor_webhooks', { state })[0])
  }
  await expect.poll(states).toEqual([1, 1, 1]) // read every fifteen seconds
  const { values } = await read()
  expect(values('inmor_webhook_events_waiting', { webhook: id })).toEqual([1])
})
