/** Tests that unsaved input is never lost without a question, and that nothing else is asked about. */
import { beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
beforeAll(() => admin.mutate('createTrustMarkType', { type: `${admin.entityId}/certified` }, 'id'))
const { page } = pageInFile(() => openSignedIn(admin, '/'))

const question = () => page.getByRole('alertdialog', { name: 'Leave without saving?' })
const answer = (name: string) => question().getByRole('button', { name, exact: true }).click()
const openAudit = () => page.getByRole('link', { name: 'Audit log', exact: true }).click()

async function change(path: string, label: string, text: string): Promise<void> {
  await page.goto(path)
  await page.getByLabel(label, { exact: true }).fill(text)
}

test('a link asks before it discards what was typed in a form or an editor', async () => {
  await change('/settings/edit', 'Organization name', 'Unsaved')
  await openAudit()
  await question().waitFor()
  expect(await violations(page, '[role=alertdialog]')).toEqual([])
  await answer('Stay')
  await question().waitFor({ state: 'detached' })
  expect(new URL(page.url()).pathname).toBe('/settings/edit')
  await expect.poll(() => page.getByLabel('Organization name').inputValue()).toBe('Unsaved')
  await openAudit()
  await answer('Leave without saving')
  await page.waitForURL('/audit')

  for (const [path, label] of [
    ['/trust-marks/new', 'Entity'],
    ['/subordinates/import', 'Entity Identifiers'],
  ] as const) {
    await change(path, label, 'https://rp.example.org')
    await openAudit()
    await answer('Leave without saving')
    await page.waitForURL('/audit')
  }

  await page.goto('/settings/policy')
  await page.getByRole('textbox', { name: 'Metadata policy' }).click()
  await page.keyboard.insertText('{"openid_relying_party": {"scope": {"essential": true}}}')
  await openAudit()
  await answer('Leave without saving')
  await page.waitForURL('/audit')
})

test('the back button asks too, and goes back', async () => {
  await page.getByRole('link', { name: 'Settings', exact: true }).first().click()
  await page.getByRole('link', { name: 'Edit', exact: true }).click()
  await page.getByLabel('Organization name').fill('Unsaved')
  await page.goBack()
  await answer('Stay')
  await expect.poll(() => page.getByLabel('Organization name').inputValue()).toBe('Unsaved')
  await page.goBack()
  await answer('Leave without saving')
  await page.waitForURL('/settings')
})

test('the browser asks before a reload', async () => {
  await change('/settings/edit', 'Organization name', 'Unsaved')
  const asked = page.waitForEvent('dialog')
  const reload = page.reload().catch(() => undefined)
  const dialog = await asked
  expect(dialog.type()).toBe('beforeunload')
  await dialog.accept()
  await reload
  // The draft is still there, so it can be discarded.
  await page.getByRole('button', { name: 'Discard' }).click()
})

test('does not ask without a change, after taking it back, or after a save', async () => {
  await page.goto('/settings/edit')
  await page.getByLabel('Organization name').waitFor()
  await openAudit()
  await page.waitForURL('/audit')

  await change('/settings/edit', 'Organization name', 'Unsaved')
  await page.getByRole('button', { name: 'Discard' }).click()
  await openAudit()
  await page.waitForURL('/audit')

  await change('/settings/edit', 'Organization name', 'Saved')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL('/settings')
  await change('/trust-marks/types/new', 'Type identifier', 'https://a.example/type')
  await page.getByRole('button', { name: 'Create Trust Mark type' }).click()
  await page.waitForURL(/\/trust-marks\/types\/(?!new)/)
  await openAudit()
  await page.waitForURL('/audit')
  expect(await question().count()).toBe(0)
})
