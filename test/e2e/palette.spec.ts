/** Tests the command palette: screens, actions, entities and Trust Mark types, by keyboard. */
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { make, read } from './make.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
const entity = memberInFile(admin)
beforeAll(async () => {
  await make(admin, 'registerSubordinate', { entityId: entity.id }, 'id')
  const type = `${admin.entityId}/member`
  await make(admin, 'createTrustMarkType', { type, description: 'Has paid the fee' }, 'id')
  await make(admin, 'issueTrustMark', { entityId: 'https://rp.example.org/marked', trustMarkType: type })
})
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/'))

const field = (page: Page) => page.getByRole('combobox', { name: 'Find a screen, an action or an entity' })
const chosen = (page: Page, name: string) => page.getByRole('option', { name, selected: true })

async function find(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await field(page).fill(text)
}

test('finds a screen by the start of its name, keeps the focus and announces the active option', async () => {
  await find(page, 'coll')
  const option = chosen(page, 'Collection')
  await option.waitFor()
  await expect
    .poll(() => field(page).getAttribute('aria-activedescendant'))
    .toBe(await option.getAttribute('id'))
  await page.keyboard.press('Tab')
  await expect.poll(() => field(page).evaluate((input) => input === document.activeElement)).toBe(true)
  await page.keyboard.press('Enter')
  await page.waitForURL('/explorer/collection')
  expect(complaints).toEqual([])
})

test('wraps with the arrow keys, closes with Escape, and returns the focus', async () => {
  const button = page.getByRole('button', { name: 'Find anything' })
  await button.focus()
  await page.keyboard.press('Enter')
  await chosen(page, 'Dashboard').waitFor()
  await page.keyboard.press('ArrowUp')
  await chosen(page, 'Sign out').waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await chosen(page, 'Subordinates').waitFor()
  await page.keyboard.press('Escape')
  await field(page).waitFor({ state: 'detached' })
  await expect.poll(() => button.evaluate((element) => element === document.activeElement)).toBe(true)
})

test('finds an entity, a Trust Mark type, an unknown address, and what was open recently', async () => {
  await find(page, 'test rel')
  await chosen(page, 'Test Relying Party').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Test Relying Party' }).waitFor()
  await find(page, 'fee')
  await chosen(page, 'Has paid the fee').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Has paid the fee' }).waitFor()
  await find(page, 'https://rp.example.org')
  await chosen(page, 'Register https://rp.example.org').waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.waitForURL('/explorer?entity=https%3A%2F%2Frp.example.org')
  await find(page, '')
  await page.getByRole('group', { name: 'Recent' }).getByText('Test Relying Party').click()
  await page.waitForURL(/\/subordinates\/[^/]+$/)
})

test('confirms an action before it starts, and changes the theme immediately', async () => {
  await find(page, 'renew sub')
  await page.keyboard.press('Enter')
  const question = page.getByRole('alertdialog', { name: 'Renew 1 subordinate now?' })
  await question.waitFor()
  await page.keyboard.press('Control+k')
  expect(await field(page).count()).toBe(0)
  await page.keyboard.press('Escape')
  await question.waitFor({ state: 'detached' })
  await find(page, 'dark')
  await page.keyboard.press('Enter')
  await page.locator('html[data-theme=dark]').waitFor()
  expect(complaints).toEqual([])
})

test('offers a viewer only permitted actions, and signs out', async () => {
  const { page } = await openSignedIn(admin, '/', 'viewer')
  await page.keyboard.press('Control+k')
  await page.getByRole('option', { name: 'Subordinates', exact: true }).waitFor()
  const offered = await page.getByRole('option').allTextContents()
  expect(
    offered.filter((text) => /\b(Register|Issue|Create|Renew|Crawl|Edit|Users|API keys)\b/.test(text)),
  ).toEqual([])
  await field(page).fill('out')
  await page.keyboard.press('Enter')
  await page.waitForURL('/sign-in')
})

test('finds what is noted as a user, an API key, a Trust Mark and a signing key', async () => {
  const { signingKeys } = await read(admin, '{ signingKeys { keys { kid } } }')
  for (const [note, typed, address] of [
    ['User viewer', 'viewer', /\/users\?q=viewer/],
    ['API key of admin', 'test', /\/api-keys\?q=test/],
    ['Trust Mark of', 'https://rp.example.org/marked', /\/trust-marks\/[^/]+$/],
    ['Signing key', signingKeys.keys[0].kid, /\/keys$/],
  ] as const) {
    await find(page, typed)
    await page.getByRole('option').filter({ hasText: note }).first().click()
    await page.waitForURL(address)
  }
  expect(complaints).toEqual([])
})

test('opens on a phone, also from the menu', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByRole('button', { name: 'Open the menu' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Find anything' }).click()
  await field(page).pressSequentially('audit')
  await chosen(page, 'Audit log').click()
  await page.waitForURL('/audit')
})
