/** Tests how an administrator announces mirrors, sees how they are, and removes one. */
import { beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { schedulesInFile } from '#test/helpers/schedule.ts'
import { memberInFile, register } from '#test/helpers/subordinate.ts'
import { openExport, openForgery, openServedMirror, readPrivateKey } from '#test/server/mirror/export.ts'
import { openSignedIn, pageInEach, sessionInFile } from './signed-in-console.ts'

const PLACE = '/settings/publication'

const admin = adminInFile()
const schedules = schedulesInFile(admin)
const member = memberInFile(admin)
beforeAll(async () => void (await register(admin, member))) // without a member, the dashboard says how to begin
const source = inFile(async () => {
  const exported = await openExport(admin)
  await exported.publish(400)
  return exported
})
const mirror = inFile(() => openServedMirror(source.url))
const fork = inFile(async () => openForgery(admin, await readPrivateKey(admin)))
const session = sessionInFile(admin)
const { page, complaints, main, dialog, question } = pageInEach(() => session.open(PLACE))

const row = (url: string) =>
  main().getByRole('table', { name: 'Announced mirrors' }).getByRole('row').filter({ hasText: url })

/** Once beside the name on a phone, and once in a column of its own. */
const state = (url: string, label: string) =>
  row(url).getByText(label, { exact: true }).filter({ visible: true })

async function announce(url: string, description = ''): Promise<void> {
  await main().getByRole('button', { name: 'Announce a mirror' }).click()
  await dialog().getByLabel('URL').fill(url)
  await dialog().getByLabel('Description').fill(description)
  await dialog().getByRole('button', { name: 'Announce mirror' }).click()
}

const check = () => schedules.run('check-mirrors')

journey('mirrors are announced, stand still, differ, and are removed', (step) => {
  step('announces one that is current, and shows a refusal at its field', async () => {
    await main().getByText('No mirror is announced').waitFor()
    await announce(`${mirror.url}/?a=b`)
    await dialog()
      .getByText(/has a query or a fragment/)
      .waitFor()
    await expect.poll(() => dialog().getByLabel('URL').getAttribute('aria-invalid')).toBe('true')
    await dialog().getByLabel('URL').fill(mirror.url)
    await dialog().getByLabel('Description').fill('University of Lund')
    await dialog().getByRole('button', { name: 'Announce mirror' }).click()
    await state(mirror.url, 'Current').waitFor()
    expect(await row(mirror.url).textContent()).toMatch(/University of Lund[\s\S]*\d+ minutes ago/)
    expect(await violations(page)).toEqual([])
    expect(complaints).toEqual([])
  })

  step('shows without a reload that it stands still, and why', async () => {
    await source.publish()
    await check()
    await state(mirror.url, 'Behind').waitFor({ timeout: 20_000 })
    await row(mirror.url)
      .getByText(/^Its files are those of .+, \d+ minutes behind\.$/)
      .waitFor()
    await mirror.pull()
    await check()
    await state(mirror.url, 'Current').waitFor({ timeout: 20_000 })
    expect(complaints).toEqual([])
  })

  step('leads from the alert to the mirror that differs', async () => {
    await fork.sign({ number: Number(await admin.redis.client.get('inmor:manifest_number')) })
    await announce(fork.url)
    await state(fork.url, 'Differs').waitFor()
    await row(fork.url)
      .getByText(/not everyone gets the same/)
      .waitFor()
    expect(await violations(page)).toEqual([])
    await page.goto('/')
    await main()
      .getByRole('link', { name: new RegExp(`The mirror ${fork.url}`) })
      .click()
    await page.waitForURL(`**${PLACE}`)
    expect(complaints).toEqual([])
  })

  step('removes it after a question', async () => {
    await row(fork.url)
      .getByRole('button', { name: `What to do with ${fork.url}` })
      .click()
    await page.getByRole('menuitem', { name: 'Remove mirror…' }).click()
    await question()
      .getByText(/no longer looked at/)
      .waitFor()
    await question().getByRole('button', { name: 'Remove mirror' }).click()
    await expect.poll(() => row(fork.url).count()).toBe(0)
    expect(await admin.server.db.mirror.count()).toBe(1)
    expect(complaints).toEqual([])
  })
})

test('shows a viewer the mirrors, and no action', async () => {
  const { page: view } = await openSignedIn(admin, PLACE, 'viewer')
  const table = view.getByRole('table', { name: 'Announced mirrors' })
  await table.getByText(mirror.url).waitFor()
  expect(await view.getByRole('button', { name: 'Announce a mirror' }).count()).toBe(0)
  expect(await table.getByRole('button').count()).toBe(0)
  await view.context().close()
})
