/** Tests schedules in the console: switch, time, and manual start. */
import { beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { read } from './make.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
beforeAll(() => admin.server.db.schedule.updateMany({ data: { enabled: true } }))
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/activity'))

const row = (name: string) =>
  page.getByRole('table', { name: 'Schedules' }).getByRole('row').filter({ hasText: name })

const stored = async (name: string) =>
  (await read(admin, '{ schedules { name enabled cron } }')).schedules.find(
    (schedule: { name: string }) => schedule.name === name,
  )

test('switches a schedule off and on', async () => {
  const walk = row('Federation crawl')
  await walk.getByRole('cell', { name: /every 5 minutes next/i }).waitFor()
  await walk.getByRole('checkbox').click()
  await walk.getByText('Off', { exact: true }).waitFor()
  expect(await stored('walk-collection')).toMatchObject({ enabled: false })
  await walk.getByRole('checkbox').click()
  await walk.getByText('Off', { exact: true }).waitFor({ state: 'hidden' })
  expect(await stored('walk-collection')).toMatchObject({ enabled: true })
  expect(complaints).toEqual([])
})

test('changes its time, and refuses a line that never matches at its field', async () => {
  await row('Renewal of Trust Marks').getByRole('button', { name: 'Edit schedule' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('How often').selectOption('by a cron line')
  await dialog.getByLabel('Cron line').fill('0 0 31 2 *')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByRole('alert').filter({ hasText: 'five fields' }).waitFor()
  await dialog.getByLabel('How often').selectOption('every 6 hours')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await row('Renewal of Trust Marks')
    .getByRole('cell', { name: /every 6 hours/i })
    .waitFor()
  expect(await stored('renew-trust-marks')).toMatchObject({ cron: '0 */6 * * *' })
  expect(complaints).toEqual([])
})

test('starts its run now', async () => {
  await row('Renewal of Trust Marks').getByRole('button', { name: 'Start now' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Start' }).click()
  await page.getByRole('heading', { level: 1, name: 'Renewal of Trust Marks' }).waitFor()
  await page.getByText('Succeeded', { exact: true }).waitFor()
  expect(complaints).toEqual([])
})
