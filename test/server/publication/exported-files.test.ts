/** Tests what the admin side says about an export: how long its files answer, and that it stands still. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { announceExport } from '#test/helpers/exported.ts'

const admin = adminInFile()
const seconds = () => Math.floor(Date.now() / 1000)

async function readStatus() {
  const { data } = await admin.execute(`{
    serverStatus { publication { files { signedAt isCurrent answeredUntil kinds { kind count endsAt } } } }
    alerts { code message }
  }`)
  const alerts = data.alerts.filter(({ code }: { code: string }) => code === 'EXPORT_STALLED')
  return { files: data.serverStatus.publication.files, alerts }
}

async function announce(now: number) {
  const end = now + 86_400
  await announceExport(admin, now, { fetch: [2, end], list: [11, null], trust_mark: [1, end + 1] })
  return new Date(end * 1000).toISOString()
}

it('says nothing without an export', async () => {
  expect(await readStatus()).toEqual({ files: null, alerts: [] })
})

it('says until when the files answer, by kind', async () => {
  const end = await announce(seconds())
  const { files, alerts } = await readStatus()
  expect(files).toMatchObject({ isCurrent: true, answeredUntil: end })
  expect(files.kinds).toEqual([
    { kind: 'fetch', count: 2, endsAt: end },
    { kind: 'trust_mark', count: 1, endsAt: expect.any(String) },
    { kind: 'list', count: 11, endsAt: null },
  ])
  expect(alerts).toEqual([])
})

it('alerts when the export stands still', async () => {
  await announce(seconds() - 700)
  const { files, alerts } = await readStatus()
  expect(files.isCurrent).toBe(false)
  expect(alerts).toEqual([
    {
      code: 'EXPORT_STALLED',
      message: expect.stringMatching(/^The exported files are those of 20.*inmor-export, has the reason\.$/),
    },
  ])
})

it('ignores what is no manifest', async () => {
  await admin.redis.client.set('inmor:manifest', 'half')
  expect(await readStatus()).toEqual({ files: null, alerts: [] })
})
