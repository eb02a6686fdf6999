/** Tests that unsaved input is never lost without a question, and that nothing else is asked about. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { closePages } from '#test/helpers/browser.ts'
import { type Session, startSession } from './signed-in-console.ts'

let admin: TestAdmin
let session: Session
let page: Page

beforeAll(async () => {
  admin = await startAdmin()
  await admin.mutate('createTrustMarkType', { type: `${admin.entityId}/certified` }, 'id')
  session = await startSession(admin)
})
beforeEach(async () => {
  ;({ page } = await session.open())
  return () => page.close()
})
afterAll(async () => {
  await closePages()
  await admin.close()
})

const question = () => page.getByRole('alertdialog', { name: 'Leave without saving?' })
const answer = (name: string) => question().getByRole('button', { name, exact: true }).click()
const openKeys = () => page.getByRole('link', { name: 'Keys', exact: true }).click()

async function change(path: string, label: string, text: string): Promise<void> {
  await page.goto(path)
  await page.getByLabel(label, { exact: true }).fill(text)
}

const forms = [
  ['/trust-anchor/edit', 'Organization name', 'Unsaved'],
  ['/trust-mark-types/new', 'Type identifier', 'https://a.example/type'],
  ['/trust-marks/new', 'Entity', 'https://rp.example.org'],
  ['/subordinates/import', 'Entity Identifiers', 'https://rp.example.org'],
  ['/policy', 'Entity Type', ''],
] as const

test.each(forms)('%s asks before a link discards its input', async (path, label, text) => {
  await change(path, label, text)
  if (path === '/policy') {
    await page.getByRole('textbox', { name: 'Metadata policy' }).click()
    await page.keyboard.insertText('{"openid_relying_party": {"scope": {"essential": true}}}')
  }
  await openKeys()
  await answer('Stay')
  await question().waitFor({ state: 'detached' })
  expect(new URL(page.url()).pathname).toBe(path)
  await expect.poll(() => page.getByLabel(label, { exact: true }).inputValue()).toBe(text)
  await openKeys()
  await answer('Leave without saving')
  await page.waitForURL('/keys')
})

test('the question has no violations', async () => {
  await change('/trust-anchor/edit', 'Organization name', 'Unsaved')
  await openKeys()
  await question().waitFor()
  expect(await violations(page, '[role=alertdialog]')).toEqual([])
  await answer('Leave without saving')
  await page.waitForURL('/keys')
})

test('the back button asks too, and goes back', async () => {
  await page.goto('/keys')
  await page.getByRole('link', { name: 'Settings', exact: true }).first().click()
  await page.getByRole('link', { name: 'Edit', exact: true }).click()
  await page.getByLabel('Organization name').fill('Unsaved')
  await page.goBack()
  await answer('Stay')
  await expect.poll(() => page.getByLabel('Organization name').inputValue()).toBe('Unsaved')
  await page.goBack()
  await answer('Leave without saving')
  await page.waitForURL('/trust-anchor')
})

test('the browser asks before a reload', async () => {
  await change('/trust-anchor/edit', 'Organization name', 'Unsaved')
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
  await page.goto('/trust-anchor/edit')
  await page.getByLabel('Organization name').waitFor()
  await openKeys()
  await page.waitForURL('/keys')

  await change('/trust-anchor/edit', 'Organization name', 'Unsaved')
  await page.getByRole('button', { name: 'Discard' }).click()
  await openKeys()
  await page.waitForURL('/keys')

  await change('/trust-anchor/edit', 'Organization name', 'Saved')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.waitForURL('/trust-anchor')
  await change('/trust-mark-types/new', 'Type identifier', 'https://a.example/type')
  await page.getByRole('button', { name: 'Create Trust Mark type' }).click()
  await page.waitForURL(/\/trust-mark-types\/(?!new)/)
  await openKeys()
  await page.waitForURL('/keys')
  expect(await question().count()).toBe(0)
})
