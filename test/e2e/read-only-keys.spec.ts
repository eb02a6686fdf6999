/** Tests the keys page with a read-only key directory: it shows the rollover, and how to continue it. */
import { beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startReadOnlyAdmin } from '#test/helpers/read-only-admin.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
beforeAll(() => admin.mutate('announceSigningKey', { alg: 'ES256' }, 'kid', 'admin'))
const reading = inFile(() => startReadOnlyAdmin(admin))
const { page, complaints } = pageInFile(() => openSignedIn({ adminUrl: reading.url }, '/settings/keys'))

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
