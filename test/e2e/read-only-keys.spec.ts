/** Tests the keys page with a read-only key directory: it shows the rollover, and how to continue it. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PASSWORD, startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { closePages, openPage, signIn } from '#test/helpers/browser.ts'
import { type ReadOnlyAdmin, startReadOnlyAdmin } from '#test/helpers/read-only-admin.ts'

let admin: TestAdmin
let reading: ReadOnlyAdmin
let page: Page
let complaints: string[]

beforeAll(async () => {
  admin = await startAdmin()
  await admin.mutate('announceSigningKey', { alg: 'ES256' }, 'kid', 'admin')
  reading = await startReadOnlyAdmin(admin)
  ;({ page, complaints } = await openPage(reading.url))
  await page.goto('/settings/keys')
  await signIn(page, 'admin', PASSWORD)
  await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
})
afterAll(async () => {
  await closePages()
  await admin.close()
  await reading.removeKeys()
})

test('explains why, and names the equivalent commands', async () => {
  const notice = page.getByText('The keys cannot be changed from here').locator('..')
  await notice.getByText(reading.directory).waitFor()
  await notice.getByText('inmor keys switch').waitFor()
  await expect.poll(() => notice.getByRole('button', { name: 'Copy the command' }).count()).toBe(4)
})

test('shows an announced key, and offers no action that would fail', async () => {
  const step = page.getByRole('listitem').filter({ hasText: 'Wait until caches have it' })
  await step.getByRole('progressbar').waitFor()
  const keys = page.getByRole('table', { name: 'Published keys' })
  await keys.getByRole('row').filter({ hasText: 'Announced' }).waitFor()
  const changes = page.getByRole('main').getByRole('button', { name: /^(Announce|Switch|Retire|Revoke)/ })
  expect(await changes.allTextContents()).toEqual([])
})

test('has no axe violations', async () => {
  expect(await violations(page)).toEqual([])
  expect(complaints).toEqual([])
})
