/** Tests a renewal in the console: its start, progress, reload and results. */
import type { Page } from 'playwright-core'
import { beforeAll, expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { make } from './make.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
const start = async () => {
  const entity = await startEntity({ authorityHints: [admin.entityId], metadata: relyingParty })
  await make(admin, 'registerSubordinate', { entityId: entity.id }, 'id')
  return entity
}
/** The first two answer until a test silences or closes them. */
const [first, second, sound, stray] = [inFile(start), inFile(start), inFile(start), inFile(start)]
beforeAll(() => stray.misbehave('no authority hint'))
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/'))

async function startRenewal(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Activity', exact: true }).first().click()
  await page.getByRole('button', { name: 'Renew subordinates' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Start' }).click()
  await page.getByRole('heading', { level: 1, name: 'Renewal of subordinates' }).waitFor()
}

/** Reads the accessible value of the bar. */
const bar = (page: Page, percent: number) =>
  page
    .getByRole('progressbar', { name: 'Renewal of subordinates' })
    .and(page.locator(`[aria-valuenow="${percent}"]`))

journey('runs are started, followed, cancelled and found', (step) => {
  step('shows progress during a run and after a reload, then the results', async () => {
    first.misbehave('hang')
    await startRenewal(page)
    await bar(page, 75).waitFor()
    await page.reload()
    await bar(page, 75).waitFor()
    await page.getByText('Running', { exact: true }).waitFor()
    await first.close()
    await bar(page, 100).waitFor()
    await page.getByText('Finished, 2 failed', { exact: true }).waitFor()

    const results = page.getByRole('list', { name: 'Results' })
    await results.getByText(stray.id).waitFor()
    await expect.poll(() => results.getByRole('listitem').count()).toBe(2)
    await page.getByRole('link', { name: /^Succeeded/ }).click()
    await results.getByText(sound.id).waitFor()
    await expect.poll(() => results.getByRole('listitem').count()).toBe(2)
    expect(complaints).toEqual([])
  })

  step('cancels a run, and shows it as cancelled', async () => {
    second.misbehave('hang')
    await startRenewal(page)
    // `first` no longer answers: it waits for a retry, and is not counted yet.
    await bar(page, 50).waitFor()
    await page.getByRole('button', { name: 'Cancel the run' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel the run' }).click()
    await page.getByText('Ending', { exact: true }).waitFor()
    await second.close()
    await page.getByText('Cancelled', { exact: true }).waitFor()
  })

  step('shows the outcome of each run in the list', async () => {
    await page.getByRole('link', { name: 'Activity', exact: true }).first().click()
    await page.getByText('2 of 4 subordinates renewed, 2 failed', { exact: false }).waitFor()
    await page.getByRole('cell', { name: 'Cancelled' }).waitFor()
    await page.getByText('2 runs', { exact: true }).waitFor()
  })

  step('filters runs by kind and result, and keeps the filter in the address', async () => {
    await page.getByLabel('Result').selectOption('Cancelled')
    await page.waitForURL(/state=cancelled/)
    await page.getByText('1 run matches').waitFor()
    await page.getByRole('cell', { name: 'Cancelled' }).waitFor()
    await page.getByRole('navigation', { name: 'Which runs' }).getByRole('link', { name: 'Imports' }).click()
    await page.getByText('No run matches').waitFor()
    await page.reload()
    await page.getByText('No run matches').waitFor()
    expect(complaints).toEqual([])
  })
})
