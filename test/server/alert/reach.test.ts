/** Tests that each alert reaches a person: by e-mail, webhook, metric, rule and document. */
import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { type AlertCode, administratorsOnly, alertCodes, toldToApprovers } from '#server/alerts/alert.ts'
import type { Alert } from '#server/alerts/alerts.ts'
import { tellAlerts } from '#server/alerts/tell.ts'
import { createMailOutbox } from '#server/mail/outbox.ts'
import { isPublished } from '#server/services/audit/published.ts'
import { adminInFile } from '#test/helpers/admin.ts'

const admin = adminInFile()
beforeAll(async () => {
  // Addresses at .invalid receive nothing.
  for (const { id, username } of await admin.server.db.user.findMany())
    await admin.server.db.user.update({ where: { id }, data: { email: `${username}@ta.example` } })
})

const codes = Object.keys(alertCodes) as AlertCode[] // its own keys

const alertOf = (code: AlertCode, size = 1): Alert => ({
  code,
  id: code,
  severity: alertCodes[code][0],
  message: 'Something needs a person.',
  since: new Date(),
  size,
  acknowledgedBy: null,
  snoozedUntil: null,
})

function tell(alerts: readonly Alert[]) {
  const { config, server, entityId } = admin
  const from = { name: 'Test', address: 'ta@example.org' }
  const sending = { ...config, mail: { smtpUrl: 'smtp://127.0.0.1:1', from } }
  const mail = createMailOutbox(sending, () => new Date())
  return tellAlerts({ db: server.db, slug: 'main', entityId, mail, now: () => new Date() }, alerts)
}

const entries = (action: string, resource: string) =>
  admin.server.db.auditEvent.findMany({ where: { action, resource }, orderBy: { id: 'asc' } })

describe.each(codes)('%s', (code) => {
  it('is an entry that webhooks get, and mail by its severity', async () => {
    const { db } = admin.server
    await db.mail.deleteMany()
    await tell([alertOf(code)])
    expect(await entries('raiseAlert', code)).toMatchObject([
      { after: { alert: code, severity: alertCodes[code][0] }, actor: 'job:tell-alerts' },
    ])
    const to = (await db.mail.findMany({ orderBy: { recipient: 'asc' } })).map(({ recipient }) => recipient)
    const [severity] = alertCodes[code]
    const isMailed = severity === 'CRITICAL' || toldToApprovers.includes(code)
    const readers = administratorsOnly.includes(code) ? ['admin'] : ['admin', 'operator']
    expect(to).toEqual(isMailed ? readers.map((name) => expect.stringContaining(name)) : [])
    await tell([alertOf(code)])
    expect(await entries('raiseAlert', code)).toHaveLength(1)
    await tell([])
    expect(await entries('endAlert', code)).toHaveLength(1)
  })

  it('has a chapter that says what to do', async () => {
    const text = await readFile('docs/alerts.md', 'utf8')
    const chapter = text.split(`\n## ${code}\n`)[1]?.split('\n## ')[0] ?? ''
    expect(chapter.length).toBeGreaterThan(60)
  })
})

it('is told again when a person did more without another one', async () => {
  await tell([alertOf('APPROVAL_BYPASSED'), alertOf('SUBORDINATES_FAILING')])
  await tell([alertOf('APPROVAL_BYPASSED', 2), alertOf('SUBORDINATES_FAILING', 2)])
  expect(await entries('raiseAlert', 'APPROVAL_BYPASSED')).toHaveLength(3)
  expect(await entries('raiseAlert', 'SUBORDINATES_FAILING')).toHaveLength(2)
})

it('reaches webhooks', () => {
  expect((['raiseAlert', 'endAlert'] as const).filter((action) => !isPublished(action))).toEqual([])
})

it('has a rule of Prometheus for each severity', async () => {
  const rules = await readFile('deploy/monitoring/alerts.yml', 'utf8')
  for (const severity of ['critical', 'warning'])
    expect(rules).toContain(`(inmor_alerts{severity="${severity}"}) > 0`)
  expect(rules).toContain('runbook_url: "docs/alerts.md#{{ $labels.code | toLower }}"')
})
