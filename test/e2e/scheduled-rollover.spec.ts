/** Tests the schedule of the key rollover in the console: it is set, shown, held, resumed and switched off. */
import { expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { journey } from '#test/helpers/journey.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
const { page, complaints, dialog } = pageInFile(() => openSignedIn(admin, '/settings/keys'))

const panel = () => page.getByRole('region', { name: 'Scheduled rollover' })

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
