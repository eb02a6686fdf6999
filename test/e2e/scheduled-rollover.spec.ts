/** Tests the schedule of the key rollover in the console: it is set, shown, held, resumed and switched off. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { PASSWORD, startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { closePages, openPage, signIn } from '#test/helpers/browser.ts'
import { journey } from '#test/helpers/journey.ts'

let admin: TestAdmin
let page: Page
let complaints: string[]

beforeAll(async () => {
  admin = await startAdmin()
  ;({ page, complaints } = await openPage(admin.adminUrl))
  await page.goto('/settings/keys')
  await signIn(page, 'admin', PASSWORD)
  await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
})
afterAll(async () => {
  await closePages()
  await admin?.close()
})

const panel = () => page.getByRole('region', { name: 'Scheduled rollover' })
const dialog = () => page.getByRole('dialog')

journey('a rollover is scheduled, held, resumed and switched off', (step) => {
  step('sets a schedule, and says why one is refused', async () => {
    await panel().getByText('Off. Keys are replaced by hand only.').waitFor()
    await panel().getByRole('button', { name: 'Schedule rollover' }).click()
    await dialog().getByLabel('Age in months').fill('61')
    await dialog().getByLabel('Next algorithm').selectOption('ES384: like ES256 on a longer curve')
    await dialog().getByLabel('Days of notice').fill('two')
    await dialog().getByRole('button', { name: 'Save schedule' }).click()
    await dialog().getByText('“two” is not a whole number.').waitFor()
    await dialog().getByLabel('Days of notice').fill('2')
    await dialog().getByRole('button', { name: 'Save schedule' }).click()
    await dialog().getByText('must be from 1 to 60 months.').waitFor()
    expect(await violations(page)).toEqual([])
    await dialog().getByLabel('Age in months').fill('12')
    await dialog().getByRole('button', { name: 'Save schedule' }).click()
    await panel().getByText('when it is 12 months old').waitFor()
    await panel().getByText('2 days after its notice').waitFor()
    await panel().getByText('Announce the successor of').waitFor()
    await panel()
      .getByText(/^The current key .* is 12 months old on/)
      .waitFor()
    expect(await admin.server.services.rollover.read()).toMatchObject({
      months: 12,
      alg: 'ES384',
      noticeDays: 2,
    })
    expect(await violations(page)).toEqual([])
    expect(complaints).toEqual([])
  })

  step('holds the rollover, and resumes it', async () => {
    await panel().getByRole('button', { name: 'Hold rollover' }).click()
    await panel().getByText('An operator holds the rollover.').waitFor()
    await panel().getByText('Held', { exact: true }).waitFor()
    await panel().getByRole('button', { name: 'Resume rollover' }).click()
    await panel()
      .getByText(/^The current key .* is 12 months old on/)
      .waitFor()
    expect(complaints).toEqual([])
  })

  step('switches the schedule off', async () => {
    await panel().getByRole('button', { name: 'Edit schedule' }).click()
    await dialog().getByLabel('Age in months').fill('')
    await dialog().getByRole('button', { name: 'Save schedule' }).click()
    await panel().getByText('Off. Keys are replaced by hand only.').waitFor()
    expect(complaints).toEqual([])
  })
})
