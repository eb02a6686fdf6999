/** Tests a new passkey in the console: the alert, its age in the list of users, and its confirmation by another person. */
import { beforeAll, expect } from 'vitest'
import { PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { addPasskey, main } from './change-pages.ts'
import { startAdminAtLocalhost } from './localhost.ts'
import { make } from './make.ts'
import { openSignedIn } from './signed-in-console.ts'

const admin = inFile(() => startAdminAtLocalhost({ secondFactorGroups: ['admin', 'operator'] }))
const member = memberInFile(admin)
beforeAll(async () => {
  // The dashboard of an empty federation shows its first steps instead of alerts.
  await make(admin, 'registerSubordinate', { entityId: member.id }, 'id')
  for (const username of ['alice', 'bob'])
    await make(admin, 'createUser', { username, password: PASSWORD, role: 'ADMIN' }, 'id')
})
const alice = inFile(() => openSignedIn(admin, '/account', 'alice'))
const bob = inFile(() => openSignedIn(admin, '/account', 'bob'))

journey('a new passkey is confirmed', (step) => {
  step('is a second factor at once, and says from when it counts for approvals', async () => {
    const { page } = bob
    await page.getByText('Your role requires a second factor').waitFor()
    await addPasskey(page)
    await page.getByText('It counts for approvals from').waitFor()
    await page.getByText('Your role requires a second factor').waitFor({ state: 'detached' })
    await page.goto('/subordinates')
    await page.getByRole('heading', { level: 1, name: 'Subordinates' }).waitFor()
  })

  step('alerts another administrator, who confirms it', async () => {
    const { page } = alice
    const { installation: db } = admin.server
    await addPasskey(page)
    const createdAt = new Date(Date.now() - 30 * 86_400_000)
    await db.passkey.updateMany({ where: { user: { username: 'alice' } }, data: { createdAt } })
    await db.protection.create({ data: { operations: ['ACCESS'] } })

    await page.goto('/')
    await page.getByText('Only one administrator has a passkey that counts.').waitFor()
    await page.getByText('A passkey of bob is known since').waitFor()
    await page.goto('/administration/users')
    const row = main(page).getByRole('row').filter({ hasText: 'bob' })
    await row.getByText('counts for approvals from').last().waitFor()
    expect(await violations(page)).toEqual([])
    await row.getByRole('button', { name: 'What to do with bob' }).click()
    await page.getByRole('menuitem', { name: 'Confirm passkey' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Confirm passkey' }).click()
    await row.getByText('confirmed by alice').last().waitFor()
    await row.getByRole('button', { name: 'What to do with bob' }).click()
    await page.getByRole('menuitem', { name: 'Lock out' }).waitFor()
    expect(await page.getByRole('menuitem', { name: 'Confirm passkey' }).count()).toBe(0)
    await page.keyboard.press('Escape')
    await bob.page.goto('/account')
    await bob.page.getByText('Confirmed by alice.').waitFor()
  })
})
