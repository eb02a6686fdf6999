/** Tests what the console shows of a member that a configuration file describes, and how it refuses to change it. */
import { beforeAll, expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { journey } from '#test/helpers/journey.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { apply, fileOf, planOf } from '../server/as-code/configured.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
const leaf = memberInFile(admin)
const file = () =>
  fileOf({
    settings: { displayName: 'Federation' },
    members: [{ entityId: leaf.id, note: 'As described', active: true }],
  })
beforeAll(() => apply(admin, file(), { commit: '4f2c1d9' }))
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/'))

const described = () => page.getByRole('note').filter({ hasText: 'A configuration file describes this' })

journey('a member of a file is shown, guarded and withdrawn', (step) => {
  step('names the file, the commit and the fields', async () => {
    await page.goto('/subordinates')
    await page.getByRole('link', { name: 'Test Relying Party' }).click()
    await described().waitFor()
    expect(await described().textContent()).toMatch(
      /1\.yaml, of the set default, applied .*\.\s+The commit was 4f2c1d9\.\s+What it says is changed there\.\s+It says: active, entityId, note\./s,
    )
    expect(await violations(page)).toEqual([])
  })

  step('refuses a field of the file, and shows what the file would say', async () => {
    await page.getByRole('link', { name: 'Edit', exact: true }).click()
    await described().waitFor()
    await page.getByRole('textbox', { name: 'Note' }).fill('Typed here')
    await page.getByRole('button', { name: 'Save' }).click()
    const refused = page.getByRole('alert')
    await refused.getByText(`The file 1.yaml says this of ${leaf.id}: note. Change it there.`).waitFor()
    expect(await refused.locator('pre').textContent()).toBe(
      `members:\n- entityId: ${leaf.id}\n  note: Typed here\n`,
    )
    await refused.getByRole('button', { name: 'Copy' }).waitFor()
    await page.getByRole('button', { name: 'Discard' }).click()
  })

  step('refuses to remove it, and deactivates it', async () => {
    await page.getByRole('link', { name: 'Overview' }).click()
    await page.getByRole('button', { name: 'Remove…' }).click()
    const dialog = page.getByRole('alertdialog')
    await dialog.getByRole('button', { name: 'Remove this subordinate' }).click()
    await dialog.getByText('Remove it there. To stop it at once, deactivate it.').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Deactivate…' }).click()
    await dialog.getByRole('button', { name: 'Deactivate this subordinate' }).click()
    await page.getByRole('note').filter({ hasText: 'Withdrawn outside of the file' }).waitFor()
    expect((await planOf(admin, file())).warnings).toHaveLength(1)
    await page.getByRole('button', { name: 'Reactivate' }).click()
    await page.getByText('reactivated').waitFor()
    await expect.poll(async () => (await planOf(admin, file())).warnings).toEqual([])
    expect(complaints).toEqual([])
  })

  step('names the file on the page of the settings', async () => {
    await page.goto('/settings')
    await described().waitFor()
  })
})
