/** Tests who is mailed an alert: by the person's rule for the anchor, and how often. */
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { type AlertCode, alertCodes } from '#server/alerts/alert.ts'
import type { Alert } from '#server/alerts/alerts.ts'
import { tellAlerts } from '#server/alerts/tell.ts'
import { createMailOutbox, createSeal, DAILY_LIMIT } from '#server/mail/outbox.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { unreachableMail } from '#test/helpers/mail-server.ts'

let time = new Date()
const admin = adminInFile()
beforeAll(async () => {
  for (const { id, username } of await db().user.findMany())
    await db().user.update({ where: { id }, data: { email: `${username}@ta.example` } })
})
beforeEach(async () => {
  await db().mail.deleteMany()
  await db().alertNotice.deleteMany()
  await db().notificationRule.deleteMany()
  await db().user.updateMany({ data: { mail: true } })
})

const db = () => admin.server.installation
const MINUTE = 60_000
const later = (minutes: number) => {
  time = new Date(time.getTime() + minutes * MINUTE)
}

const alertOf = (code: AlertCode, size = 1): Alert => ({
  code,
  id: code,
  severity: alertCodes[code][0],
  message: 'Something needs a person.',
  since: time,
  size,
  acknowledgedBy: null,
  snoozedUntil: null,
})

async function tell(...alerts: readonly Alert[]) {
  const now = () => time
  const mail = createMailOutbox({ ...admin.config, mail: unreachableMail }, now)
  await tellAlerts({ db: admin.server.db, slug: 'main', entityId: admin.entityId, mail, now }, alerts)
}

const names = async () =>
  (await db().mail.findMany({ orderBy: { id: 'asc' } })).map(({ recipient }) => recipient.split('@')[0])

async function choose(username: string, rule: object, anchorSlug = 'main') {
  const { id: userId } = await db().user.findUniqueOrThrow({ where: { username } })
  const data = { alerts: 'CRITICAL', requests: false, approvals: true, ...rule }
  await db().notificationRule.create({ data: { userId, anchorSlug, ...data } })
}

it('is mailed from the severity that a person chose', async () => {
  await choose('viewer', { alerts: 'WARNING' })
  await choose('operator', { alerts: 'NONE' })
  await tell(alertOf('REDIS_UNREACHABLE'))
  expect(await names()).toEqual(['admin', 'viewer'])
  await tell(alertOf('REDIS_UNREACHABLE'), alertOf('DRIFT'))
  expect(await names()).toEqual(['admin', 'viewer', 'viewer'])
})

it('about a decision is mailed to those who decide and want it', async () => {
  await choose('admin', { approvals: false })
  await choose('viewer', { alerts: 'WARNING' })
  await tell(alertOf('CHANGE_WAITS'))
  expect(await names()).toEqual(['operator'])
})

it('follows the right of the present: a rule of another role or anchor gives none', async () => {
  await makeTestAnchor()
  await choose('operator', { alerts: 'NONE' }, 'test')
  await choose('viewer', { approvals: true })
  await tell(alertOf('CHANGE_WAITS'), alertOf('KEYS_UNUSABLE'))
  expect((await names()).toSorted()).toEqual(['admin', 'admin', 'operator', 'operator', 'viewer'])
  expect((await db().mail.findMany()).map(({ audience }) => audience)).toContain('OPERATE')
})

/** Without starting it. */
const makeTestAnchor = () =>
  db().anchor.create({ data: { slug: 'test', entityId: 'http://test.example.org' } })

it('about a change without a second person reaches administrators with e-mail turned off', async () => {
  await choose('admin', { alerts: 'NONE', approvals: false })
  await choose('operator', { alerts: 'NONE', approvals: false })
  await db().user.updateMany({ data: { mail: false } })
  const at = { createdAt: time, nextAt: time, giveUpAt: time }
  await db().mail.createMany({
    data: Array.from({ length: DAILY_LIMIT }, () => ({
      event: 'ALERT',
      recipient: 'admin@ta.example',
      state: 'SENT',
      ...at,
    })),
  })
  await tell(alertOf('APPROVAL_BYPASSED'))
  const row = await db().mail.findFirstOrThrow({ orderBy: { id: 'desc' } })
  expect(row).toMatchObject({ recipient: 'admin@ta.example', state: 'WAITING' })
  expect(await db().mail.count()).toBe(DAILY_LIMIT + 1)
  const message = await createSeal(admin.config).open(row.body ?? '')
  expect(message?.text).toContain('These messages cannot be turned off.')
  later(1)
  await tell(alertOf('APPROVAL_BYPASSED', 2))
  expect(await db().mail.count()).toBe(DAILY_LIMIT + 2)
})

it('is one message within ten minutes, though it ends and begins again', async () => {
  time = new Date('2026-12-01T06:00:00Z')
  await tell(alertOf('KEYS_UNUSABLE'))
  later(2)
  await tell()
  later(2)
  await tell(alertOf('KEYS_UNUSABLE'))
  expect(await names()).toEqual(['admin', 'operator'])
  later(8)
  await tell()
  await tell(alertOf('KEYS_UNUSABLE'))
  expect(await names()).toHaveLength(4)
})

it('mails further decisions together after ten minutes, and one that takes the place of another', async () => {
  await choose('operator', { approvals: false })
  await tell(alertOf('CHANGE_WAITS', 1))
  later(1)
  await tell(alertOf('CHANGE_WAITS', 3))
  later(5)
  await tell(alertOf('CHANGE_WAITS', 5))
  expect(await names()).toEqual(['admin'])
  later(5)
  await tell(alertOf('CHANGE_WAITS', 5))
  expect(await names()).toEqual(['admin', 'admin'])
  later(20)
  await tell(alertOf('CHANGE_WAITS', 4))
  await tell(alertOf('CHANGE_WAITS', 5))
  expect(await names()).toHaveLength(3)
})
