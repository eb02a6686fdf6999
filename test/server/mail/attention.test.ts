/** Tests how e-mails that were not sent show: in alerts and in metrics. */
import { beforeEach, describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { readMetrics } from '#test/helpers/metrics.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const PATIENCE = 3 * DAY

const admin = adminInFile({}, { metricsPort: 0 })
beforeEach(async () => void (await admin.server.installation.mail.deleteMany()))

const ago = (milliseconds: number) => new Date(Date.now() - milliseconds)

/** A message that is tried since then. */
const put = (since: Date, data: object = {}) => {
  const giveUpAt = new Date(since.getTime() + PATIENCE)
  const common = {
    event: 'INVITATION',
    recipient: 'ann@example.org',
    createdAt: since,
    nextAt: since,
    giveUpAt,
  }
  return admin.server.installation.mail.create({ data: { ...common, ...data } })
}
const alerts = async (as: 'admin' | 'operator' = 'admin') => {
  const { data } = await admin.execute('{ alerts { code severity message since size } }', {}, as)
  return data.alerts.filter(({ code }: { code: string }) => code.startsWith('MAIL_'))
}

describe('an alert', () => {
  it('says that messages have waited for an hour, and why', async () => {
    await put(ago(HOUR - MINUTE), { lastError: 'The SMTP server cannot be reached.' })
    expect(await alerts()).toEqual([])
    const since = ago(2 * HOUR)
    await put(since, { lastError: 'The SMTP server refused the password.' })
    expect(await alerts()).toEqual([
      {
        code: 'MAIL_WAITING',
        severity: 'WARNING',
        message: '1 e-mail has waited for more than an hour. The SMTP server refused the password.',
        since: since.toISOString(),
        size: 1,
      },
    ])
    expect(await alerts('operator')).toEqual([])
  })

  it('says that no process sends e-mail', async () => {
    await put(ago(3 * HOUR))
    await put(ago(2 * HOUR))
    const message =
      '2 e-mails have waited for more than an hour. No process sends e-mail. Check SMTP_URL, and that a worker runs.'
    expect(await alerts()).toMatchObject([{ message, size: 2 }])
  })

  it('counts the time of a message that was sent again from then on', async () => {
    await put(ago(10 * DAY), { giveUpAt: new Date(Date.now() + PATIENCE - MINUTE) })
    expect(await alerts()).toEqual([])
  })

  it('says for a week that messages failed', async () => {
    const failed = { state: 'FAILED', lastError: '550 no such user' }
    await put(ago(20 * DAY), { ...failed, endedAt: ago(7 * DAY + MINUTE) })
    await put(ago(4 * DAY), { state: 'SENT', endedAt: ago(HOUR) })
    expect(await alerts()).toEqual([])
    await put(ago(9 * DAY), { ...failed, endedAt: ago(6 * DAY) })
    await put(ago(4 * DAY), { ...failed, recipient: 'bob@example.org', endedAt: ago(DAY) })
    expect(await alerts()).toMatchObject([
      {
        code: 'MAIL_FAILED',
        message:
          '2 e-mails could not be sent in the last 7 days. The last one, to bob@example.org: 550 no such user',
        size: 2,
      },
    ])
    expect(await alerts('operator')).toEqual([])
  })
})

it('counts the messages that wait and those that failed', async () => {
  await put(ago(HOUR))
  await put(ago(DAY), { state: 'FAILED', lastError: '550 no such user', endedAt: ago(HOUR) })
  await put(ago(DAY), { state: 'SENT', endedAt: ago(HOUR) })
  const { values } = await readMetrics(admin.server.metricsUrl)
  expect(['waiting', 'failed', 'sent'].map((state) => values('inmor_mails', { state })[0])).toEqual([
    1,
    1,
    undefined,
  ])
  const [age = 0] = values('inmor_mail_oldest_seconds')
  expect(age).toBeGreaterThanOrEqual(3600)
  expect(age).toBeLessThan(3700)
})
