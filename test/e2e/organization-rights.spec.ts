/** Tests who may do what with organizations in the console, and how another anchor admits one. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PASSWORD, startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { openPage, signIn, type Watched } from '#test/helpers/browser.ts'
import { openConsole } from './signed-in-console.ts'

let admin: TestAdmin
let browser: Browser
let watched: Watched
let page: Page

const as = (name: string, input: object, selection = 'id') => admin.mutate(name, input, selection, 'admin')

beforeAll(async () => {
  admin = await startAdmin()
  const contacts = [{ role: 'SECURITY', email: 'cert@example.org' }]
  await as('createOrganization', { name: 'Southern Museum', country: 'FI', contacts })
  ;({ browser, watched } = await openConsole(admin.adminUrl, PASSWORD, '/organizations'))
  page = watched.page
})
afterAll(async () => {
  await browser.close()
  await admin.close()
})

const main = () => page.getByRole('main')
const open = () => main().getByRole('link', { name: 'Southern Museum' }).click()

test('shows a viewer everything, and no button that would be refused', async () => {
  const { page: theirs, complaints } = await openPage(browser, admin.adminUrl)
  await theirs.goto('/organizations')
  await signIn(theirs, 'viewer', PASSWORD)
  await theirs.getByRole('main').getByRole('link', { name: 'Southern Museum' }).waitFor()
  expect(await theirs.getByRole('main').getByRole('link', { name: 'Create' }).count()).toBe(0)
  await theirs.getByRole('main').getByRole('link', { name: 'Southern Museum' }).click()
  await theirs.getByRole('main').getByText('cert@example.org').waitFor()
  for (const role of ['button', 'link'] as const)
    expect(
      await theirs
        .getByRole('main')
        .getByRole(role, { name: /Edit|Remove|Admit|Create/ })
        .count(),
    ).toBe(0)
  await theirs.goto('/organizations/new')
  await theirs.getByRole('heading', { name: 'No right to do this' }).waitFor()
  expect(complaints.filter((complaint) => !complaint.includes('403'))).toEqual([])
  await theirs.context().close()
})

const admit = () => main().getByRole('button', { name: 'Admit to another anchor…' })

test('comes to another anchor, which then has the same one', async () => {
  const anchorId = `${admin.entityId}/test`
  await as('createTrustAnchor', { slug: 'test', entityId: anchorId, displayName: 'Test federation' }, 'slug')
  await page.goto('/a/main/organizations')
  await open()
  await admit().click()
  const dialog = page.getByRole('dialog')
  // There is one other anchor.
  expect(await dialog.getByLabel('To anchor').inputValue()).toBe('test')
  expect(await violations(page, '[role=dialog]')).toEqual([])
  await dialog.getByRole('button', { name: 'Admit organization' }).click()
  await page.getByText('Southern Museum admitted to Test federation.').waitFor()
  await admit().click()
  await dialog.getByRole('button', { name: 'Admit organization' }).click()
  await dialog.getByText('Southern Museum is in this anchor already.').waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.goto('/a/test/organizations')
  await open()
  await main().getByRole('region', { name: 'Overview' }).getByText('Finland').waitFor()
  expect(watched.complaints).toEqual([])
})
