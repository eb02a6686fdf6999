/** Tests how a user moves between the anchors of an installation: by address, by the switcher and by the palette. */
import { beforeAll, expect, test } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { openPage, signIn } from '#test/helpers/browser.ts'
import { graphiqlOf } from './graphiql-page.ts'
import { pageInEach, sessionInFile } from './signed-in-console.ts'

const admin = adminInFile()
beforeAll(async () => {
  const input = { slug: 'test', entityId: `${admin.entityId}/test`, displayName: 'Test federation' }
  expect(await admin.mutate('createTrustAnchor', input, 'slug', 'admin')).toMatchObject({ slug: 'test' })
})
const session = sessionInFile(admin)
const { page, complaints } = pageInEach(() => session.open('/a/main'))

const heading = (name: string, on = page) => on.getByRole('heading', { level: 1, name }).waitFor()
const switcher = () => page.getByRole('banner').getByRole('button', { name: 'Anchor:' })
const confirm = (name: string) => page.getByRole('alertdialog').getByRole('button', { name }).click()

test('signing in leads back to the anchor of the address', async () => {
  const { page: again, complaints } = await openPage(admin.adminUrl)
  await again.goto('/a/test/settings/keys')
  await signIn(again, 'admin', PASSWORD)
  await again.waitForURL('/a/test/settings/keys')
  await again.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
  expect(complaints).toEqual([])
  await again.context().close()
})

test('a right password in the address of an anchor without a role is not called a wrong one', async () => {
  const input = {
    username: 'tester',
    password: PASSWORD,
    anchorRoles: [{ anchor: 'test', role: 'OPERATOR' }],
  }
  expect(await admin.mutate('createUser', input, 'id', 'admin')).toMatchObject({ id: expect.any(String) })
  const { page: again, complaints } = await openPage(admin.adminUrl)
  await again.goto('/a/main/settings/keys')
  // A document without an anchor, as after a reload of the sign-in page.
  await again.reload()
  await signIn(again, 'tester', PASSWORD)
  await again.getByText('There is no anchor “main” in which you have a role.').waitFor()
  await again.getByText('Signed in as tester').waitFor()
  expect(await again.getByLabel('Password').count()).toBe(0)
  await again.goto('/a/main/settings/keys')
  await again.getByText('There is no anchor “main” in which you have a role.').waitFor()
  await again.getByRole('link', { name: 'Test federation' }).click()
  await heading('Dashboard', again)
  // The API refuses what is in the address.
  expect(complaints.filter((complaint) => !complaint.includes('404'))).toEqual([])
  await again.context().close()
})

test('an address without an anchor leads to the one used last', async () => {
  await page.goto('/subordinates?sort=-name')
  await page.waitForURL('/a/main/subordinates?sort=-name')
  await page.goto('/a/test/settings/keys')
  await heading('Keys')
  await page.goto('/administration/users')
  await heading('Users')
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Settings' }).click()
  await page.waitForURL('/a/test/settings')
})

test('an address of an earlier version leads to the present one, also through the sign-in', async () => {
  await page.goto('/trust-mark-types?q=a#top')
  await page.waitForURL('/a/main/trust-marks/types?q=a#top')
  await heading('Trust Mark types')
  await page.goto('/a/test/playground')
  await page.waitForURL('/a/test/administration/api')
  expect(complaints).toEqual([])
  const { page: again, complaints: others } = await openPage(admin.adminUrl)
  await again.goto('/keys?x=1#published')
  await signIn(again, 'admin', PASSWORD)
  await again.waitForURL('/a/main/settings/keys?x=1#published')
  await heading('Keys', again)
  expect(others).toEqual([])
  await again.context().close()
})

test('the page API asks the anchor of the address', async () => {
  await page.goto('/a/test/administration/api?query={trustAnchor{slug}}')
  const api = graphiqlOf(page)
  await api.shows('trustAnchor')
  await api.execute.click()
  await api.answers('"slug":"test"')
})

test('an anchor that is not there leads to the others', async () => {
  await page.goto('/a/none/subordinates')
  await page.getByText('There is no anchor').waitFor()
  expect(await violations(page)).toEqual([])
  await page.getByRole('link', { name: 'Test federation' }).click()
  await page.waitForURL('/a/test')
  await heading('Dashboard')
})

test('the palette switches too', async () => {
  await page.goto('/a/test')
  await heading('Dashboard')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Find a screen' }).fill('switch to')
  await page
    .getByRole('option', { name: /Switch to (?!the)/ })
    .first()
    .click()
  await page.waitForURL('/a/main')
})

test('a phone shows the anchor in its top bar, and switches there', async () => {
  const phone = { width: 390, height: 844 }
  await page.setViewportSize(phone)
  await page.goto('/a/test/settings/keys')
  await heading('Keys')
  await switcher().click()
  await page.getByRole('menuitem', { name: 'All anchors' }).waitFor()
  expect(await violations(page)).toEqual([])
  await page.setViewportSize(phone)
  await page.getByRole('menuitem').first().click()
  await page.waitForURL('/a/main/settings/keys')
  await heading('Keys')
})

test('unsaved input stays until the user leaves it, and does not come along', async () => {
  await page.goto('/a/main/trust-marks/types/new')
  await page.getByLabel('Type identifier').fill('https://marks.example.org/a')
  await switcher().click()
  await page.getByRole('menuitem', { name: 'Test federation' }).click()
  await confirm('Stay')
  await expect.poll(() => page.getByLabel('Type identifier').inputValue()).toBe('https://marks.example.org/a')
  await switcher().click()
  await page.getByRole('menuitem', { name: 'Test federation' }).click()
  await confirm('Leave without saving')
  await page.waitForURL('/a/test/trust-marks/types')
  await page.goto('/a/test/trust-marks/types/new')
  expect(await page.getByLabel('Type identifier').inputValue()).toBe('')
  expect(complaints).toEqual([])
})
