/** Tests access management in the console: users, API keys and the audit log. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { openPage, signIn } from '#test/helpers/browser.ts'
import { journey } from '#test/helpers/journey.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const PASSWORD = 'correct horse battery'
const FIRST_PASSWORD = 'set by the administrator'

const admin = adminInFile()
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/administration/users'))

/** The answer of the API to a script with this key. */
async function viewerOf(key: string) {
  const response = await fetch(`${admin.adminUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify({ query: '{ viewer { username role } }' }),
  })
  const { data } = (await response.json()) as { data?: { viewer?: unknown } } // GraphQL answers in this shape
  return data?.viewer ?? null
}

async function chooseNewPassword(page: Page, password: string): Promise<void> {
  await page.getByLabel('New password', { exact: true }).fill(password)
  await page.getByLabel('Repeat the new password').fill(password)
  await page.getByRole('button', { name: 'Change password' }).click()
}

journey('users are created, invited, locked out, found and removed, and the audit log has it', (step) => {
  step(
    'creates a user after a refusal at the field, who chooses a new password first and sees the pages of the role',
    async () => {
      await page.getByRole('button', { name: 'Create a user' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Username').fill('vera')
      await dialog.getByLabel('First password').fill('too short')
      await dialog.getByRole('button', { name: 'Create user' }).click()
      await dialog.getByRole('alert').filter({ hasText: '12' }).waitFor()
      await expect.poll(() => dialog.getByLabel('First password').getAttribute('aria-invalid')).toBe('true')
      await dialog.getByLabel('First password').fill(FIRST_PASSWORD)
      await dialog.getByRole('button', { name: 'Create user' }).click()
      await page.getByRole('button', { name: 'What to do with vera' }).waitFor()

      const other = await openPage(admin.adminUrl)
      await other.page.goto('/')
      await signIn(other.page, 'vera', FIRST_PASSWORD)
      await other.page.getByRole('heading', { name: 'Choose a new password' }).waitFor()
      expect(await other.page.getByRole('navigation').count()).toBe(0)
      expect(await violations(other.page)).toEqual([])
      for (const [password, problem] of [
        ['passwordpassword', 'easy to guess'],
        [FIRST_PASSWORD, 'your present password'],
      ] as const) {
        await chooseNewPassword(other.page, password)
        await other.page.getByRole('alert').filter({ hasText: problem }).waitFor()
      }
      await other.page.goto('/audit')
      await other.page.waitForURL('/new-password?next=%2Faudit')
      await chooseNewPassword(other.page, PASSWORD)
      await other.page.waitForURL('/audit')
      await other.page.getByRole('navigation').getByRole('link', { name: 'Audit log' }).waitFor()
      expect(await other.page.getByRole('link', { name: 'Users' }).count()).toBe(0)
      await other.page.goto('/administration/users')
      await other.page.getByRole('heading', { name: 'No right to do this' }).waitFor()
      await other.page.context().close()
      expect(complaints).toEqual([])
    },
  )

  step('invites a user by a link, who chooses a password and is signed in', async () => {
    await page.getByRole('button', { name: 'Create a user' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Username').fill('ines')
    await dialog.getByRole('button', { name: 'Create user' }).click()
    const first = (await dialog.getByTestId('invitation-link').textContent()) ?? ''
    await dialog.getByRole('button', { name: 'Done' }).click()
    const row = page.getByRole('row').filter({ hasText: 'ines' })
    await row.getByText('Invited', { exact: true }).waitFor()
    expect(await page.getByText(first).count()).toBe(0)
    await page.getByRole('button', { name: 'What to do with ines' }).click()
    await page.getByRole('menuitem', { name: 'New invitation link' }).click()
    await dialog.getByRole('button', { name: 'Create link' }).click()
    const link = (await dialog.getByTestId('invitation-link').textContent()) ?? ''
    await dialog.getByRole('button', { name: 'Done' }).click()

    const other = await openPage(admin.adminUrl)
    await other.page.goto('/invitation')
    await other.page.getByText('This link is incomplete').waitFor()
    const open = async (address: string) => {
      await other.page.goto('about:blank') // a change of the fragment alone loads nothing
      await other.page.goto(address)
    }
    const accept = async (address: string, password: string) => {
      await open(address)
      await other.page.getByLabel('New password', { exact: true }).fill(password)
      await other.page.getByLabel('Repeat the new password').fill(password)
      await other.page.getByRole('button', { name: 'Set password and sign in' }).click()
    }
    await open(first)
    await other.page.getByText('This invitation is not valid.').waitFor()
    await accept(link, 'passwordpassword')
    await other.page.getByRole('alert').filter({ hasText: 'easy to guess' }).waitFor()
    expect(await violations(other.page)).toEqual([])
    await accept(link, PASSWORD)
    await other.page.getByText('Your username is ines.').waitFor()
    await other.page.getByRole('heading', { name: 'Dashboard' }).waitFor()
    await open(link)
    await other.page.getByText('This invitation was used.').waitFor()
    expect(other.complaints).toEqual([])
    await other.page.context().close()
    expect(complaints).toEqual([])
  })

  step('shows the last sign-in and removes a user, but not oneself', async () => {
    await page.goto('/administration/users')
    const row = page.getByRole('row').filter({ hasText: 'ines' })
    await row.getByRole('cell', { name: 'just now' }).first().waitFor()
    await page.getByRole('button', { name: 'What to do with admin' }).click()
    await page.getByRole('menuitem', { name: 'Change the role' }).waitFor()
    expect(await page.getByRole('menuitem', { name: 'Remove user' }).count()).toBe(0)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'What to do with ines' }).click()
    await page.getByRole('menuitem', { name: 'Remove user' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove user' }).click()
    await row.waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })

  step('a user who is locked out cannot sign in', async () => {
    await page.getByRole('button', { name: 'What to do with vera' }).click()
    await page.getByRole('menuitem', { name: 'Lock out' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Lock out' }).click()
    await page.getByRole('cell').getByText('Locked out', { exact: true }).waitFor()

    const other = await openPage(admin.adminUrl)
    await other.page.goto('/')
    await signIn(other.page, 'vera', PASSWORD)
    await other.page.getByRole('alert').filter({ hasText: 'disabled' }).waitFor()
    await other.page.context().close()
  })

  step('finds users by name, role and lock, and keeps the filter in the address', async () => {
    const people = page.getByRole('table', { name: 'Users' }).getByRole('row')
    await page.getByLabel('State').selectOption('Locked out')
    await page.waitForURL(/state=locked-out/)
    await page.getByText('1 user matches').waitFor()
    await people.filter({ hasText: 'vera' }).waitFor()
    await page.getByLabel('Search', { exact: true }).fill('adm')
    await page.getByText('No user matches').waitFor()
    await page.reload()
    await page.getByText('No user matches').waitFor()
    await page.getByRole('link', { name: 'Clear filters' }).click()
    await page.getByText('4 users', { exact: true }).waitFor()
    await page.getByLabel('Role').selectOption('Administrator')
    await people.filter({ hasText: 'vera' }).waitFor({ state: 'detached' })
    await people.filter({ hasText: 'admin' }).waitFor()
    expect(complaints).toEqual([])
  })

  step('secures a stolen account, and shows what it did', async () => {
    await page.goto('/administration/users')
    await page.getByRole('button', { name: 'What to do with vera' }).click()
    await page.getByRole('menuitem', { name: 'Secure account' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Secure account' }).click()
    await page.waitForURL('/audit?actor=vera')
    await page.getByText('vera is secured.').waitFor()
    await page.getByRole('listitem').filter({ hasText: 'Signed in' }).first().waitFor()
    await page.goto('/audit')
    await page.getByRole('listitem').filter({ hasText: 'Account secured' }).first().waitFor()
    expect(complaints).toEqual([])
  })

  step('filters the audit log, shows differences, and exports it', async () => {
    await page.getByRole('link', { name: 'Audit log' }).click()
    await page.getByLabel('Action').selectOption({ label: 'User created' })
    await page.waitForURL(/action=CREATE_USER/)
    const entry = page.getByRole('listitem').filter({ hasText: 'vera' })
    await entry.getByText(/^\d+ differences?$/).click()
    await entry.getByRole('rowheader', { name: 'role' }).waitFor()

    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByRole('menuitem', { name: 'JSON lines' }).click()
    const lines = Buffer.concat(await (await (await download).createReadStream()).toArray()).toString()
    const entries = lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(new Set(entries.map(({ action }) => action))).toEqual(new Set(['CREATE_USER']))
    expect(entries.some(({ resource }) => resource === 'vera')).toBe(true)
    expect(complaints).toEqual([])
  })
})

test('shows an API key once, which works until it is revoked', async () => {
  const { page, complaints } = await openSignedIn(admin, '/')
  await page.getByRole('link', { name: 'Administration' }).click()
  await page.getByRole('link', { name: 'API keys' }).click()
  await page.getByRole('button', { name: 'Create an API key' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('nightly report')
  await dialog.getByLabel('Role').selectOption('Viewer')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  const key = (await dialog.getByTestId('api-key').textContent()) ?? ''
  expect(await viewerOf(key)).toEqual({ username: 'admin', role: 'VIEWER' })
  expect(await violations(page, '[role=dialog]')).toEqual([])
  const command = (await dialog.getByTestId('curl').textContent()) ?? ''
  const { stdout } = await promisify(execFile)('sh', ['-c', command])
  expect(JSON.parse(stdout)).toMatchObject({
    data: { viewer: { username: 'admin', role: 'VIEWER' }, subordinates: { totalCount: 0 } },
  })
  await dialog.getByRole('button', { name: 'Done' }).click()
  await dialog.waitFor({ state: 'hidden' })
  expect(await page.getByText(key).count()).toBe(0)
  const row = page.getByRole('row').filter({ hasText: 'nightly report' })
  await row.getByRole('cell', { name: 'in 12 months' }).waitFor()

  await row.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke key' }).click()
  await row.getByRole('cell', { name: 'Revoked' }).waitFor()
  expect(await viewerOf(key)).toBeNull()

  await page.getByLabel('Search', { exact: true }).fill('nightly')
  await page.waitForURL(/q=nightly/)
  await page.getByLabel('State').selectOption('Works')
  await page.getByText('No API key matches').waitFor()
  await page.getByLabel('State').selectOption('Revoked')
  await page.getByText('1 API key matches').waitFor()
  await page.getByLabel('Search', { exact: true }).fill('yearly')
  await page.getByText('No API key matches').waitFor()
  expect(complaints).toEqual([])
})
