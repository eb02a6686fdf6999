/** Tests keyboard focus: it moves to the content, to new items, and away from removed ones. */
import { expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { inEach } from '#test/helpers/in-file.ts'
import { eventually } from '#test/helpers/product.ts'
import { sessionInFile } from './signed-in-console.ts'

const admin = adminInFile()
const session = sessionInFile(admin)
const page = inEach(async () => (await session.open('/')).page)

/** The focused element: its accessible name, or else its tag. */
const focused = () =>
  page.evaluate(() => {
    const element = document.activeElement
    const label = document.getElementById(element?.getAttribute('aria-labelledby') ?? '')
    return element?.getAttribute('aria-label') ?? label?.textContent ?? element?.tagName
  })
const eventuallyFocused = (name: string) => eventually(async () => expect(await focused()).toBe(name))

async function open(screen: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Find a screen' }).waitFor()
  await page.keyboard.type(screen)
  await page.getByRole('option', { name: screen, exact: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: screen }).waitFor()
}

test('focuses the content of a new page', async () => {
  await open('Users')
  await eventuallyFocused('MAIN')
})

test('keeps the focus in a refused form', async () => {
  await open('Users')
  await page.getByRole('button', { name: 'Create a user' }).press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Username').fill('admin')
  await dialog.getByLabel('First password').fill('refused before it counts')
  await dialog.getByRole('button', { name: 'Create user' }).press('Enter')
  await dialog.getByRole('alert').waitFor()
  await expect.poll(() => dialog.evaluate((box) => box.contains(document.activeElement))).toBe(true)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.textContent?.trim()))
    .toBe('Create a user')
})

test('keeps the focus while a policy is typed and when the focused element disappears', async () => {
  await open('Metadata policy')
  await page.getByLabel('Entity Type').focus()
  await page.keyboard.type('openid_provider')
  await page.keyboard.press('Enter')
  await eventuallyFocused('Parameter of OpenID Provider')
  await page.keyboard.type('scopes_supported')
  await page.keyboard.press('Enter')
  await eventuallyFocused('Add an operator to scopes_supported')
  await page.getByLabel('Add an operator to scopes_supported').selectOption('subset_of')
  await eventuallyFocused('subset_of of scopes_supported')
  await page.keyboard.type('openid')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Save…' }).press('Enter')
  await page.getByRole('alertdialog').getByRole('button', { name: 'Save and publish' }).press('Enter')
  await page.getByText('Policy saved').waitFor()
  await eventuallyFocused('MAIN')
  await page.getByRole('button', { name: 'Remove the policy for OpenID Provider' }).press('Enter')
  await page.getByText('No rules yet').waitFor()
  await eventuallyFocused('Rules')
})
