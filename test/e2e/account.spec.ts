/** Tests the user's account in the console: second factor, passkey, sessions, and confirmation by signing in again. */
import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { beforeAll, expect } from 'vitest'
import { connectDatabase } from '#server/database/client.ts'
import { readRunning } from '#server/embedded/data-directory.ts'
import { openPage, signIn } from '#test/helpers/browser.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { startProduct } from '#test/helpers/product.ts'
import { addVirtualAuthenticator } from '#test/helpers/virtual-authenticator.ts'
import { pageInFile } from './signed-in-console.ts'

let password: string
let recoveryCodes: string[]

const product = inFile(startProduct)
const { page, complaints } = pageInFile(() => openPage(product.installation.adminUrl))
beforeAll(async () => {
  password = product.password ?? ''
  await page.goto('/account')
  await signIn(page, 'admin', password)
  await page.getByRole('heading', { level: 1, name: 'My account' }).waitFor()
})

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Administrator/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL('/sign-in')
}

async function openAccount(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Administrator/ }).click()
  await page.getByRole('menuitem', { name: 'My account' }).click()
  await page.getByRole('heading', { level: 1, name: 'My account' }).waitFor()
}

/** Moves the sign-in one hour into the past, because waiting takes too long. */
async function ageSessions(): Promise<void> {
  const running = await readRunning(product.installation.dataDirectory)
  const db = connectDatabase(running?.parts?.databaseUrl ?? '')
  await db.session.updateMany({ data: { createdAt: new Date(Date.now() - 3_600_000) } })
  await db.$disconnect()
}

journey(
  'an administrator gets a password, a second factor and a passkey, and ends another session',
  (step) => {
    step('asks for a password of one’s own, until it is put off or changed', async () => {
      const question = page.getByRole('note').filter({ hasText: 'Choose your own password' })
      await question.waitFor()
      await question.getByRole('button', { name: 'Later' }).click()
      await question.waitFor({ state: 'hidden' })
      await page.reload()
      await page.getByRole('heading', { level: 1, name: 'My account' }).waitFor()
      expect(await question.count()).toBe(0)

      await signOut(page)
      await signIn(page, 'admin', password)
      await question.getByRole('button', { name: 'Choose a password' }).click()
      password = 'a password of my own'
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('New password', { exact: true }).fill(password)
      await dialog.getByLabel('Repeat the new password').fill(password)
      await dialog.getByRole('button', { name: 'Change password' }).click()
      await question.waitFor({ state: 'hidden' })
      await openAccount(page)
    })

    step(
      'sets up an authenticator app with the secret of the QR code, and requires it afterwards',
      async () => {
        await page.getByRole('button', { name: 'Set up' }).click()
        const dialog = page.getByRole('dialog')
        await dialog.getByLabel('Your password').fill(password)
        await dialog.getByRole('button', { name: 'Continue' }).click()
        await dialog.getByRole('img', { name: 'The secret for the authenticator app' }).waitFor()
        const secret = (await dialog.locator('code').textContent()) ?? ''
        const totp = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(' ', '')) })
        await dialog.getByLabel('Code from the app').fill(totp.generate())
        await dialog.getByRole('button', { name: 'Turn it on' }).click()
        const codes = dialog.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')
        await codes.nth(9).waitFor()
        recoveryCodes = await codes.allTextContents()
        expect(recoveryCodes).toHaveLength(10)
        await dialog.getByRole('button', { name: 'Done, codes saved' }).click()
        await page.getByText('10 recovery codes left.').waitFor()

        await signOut(page)
        await signIn(page, 'admin', password)
        // The current step is used; the server accepts a clock that is one step ahead.
        await page.getByLabel('Code').fill(totp.generate({ timestamp: Date.now() + 30_000 }))
        await page.getByRole('button', { name: 'Continue' }).click()
        await page.getByRole('link', { name: 'Subordinates', exact: true }).waitFor()
        expect(complaints.filter((complaint) => !complaint.includes('/sign-in'))).toEqual([])
      },
    )

    step('reports a failed sign-out, and stays on the page', async () => {
      const paths = '**/sign-out'
      await page.route(paths, (request) => request.abort())
      await page.getByRole('button', { name: /^Administrator/ }).click()
      await page.getByRole('menuitem', { name: 'Sign out' }).click()
      await page.getByText('You are still signed in. The server cannot be reached.').waitFor()
      await page.unroute(paths)
      await page.getByRole('link', { name: 'Subordinates', exact: true }).waitFor()
    })

    step('refuses a wrong code at the field, and accepts a recovery code once', async () => {
      await signOut(page)
      await signIn(page, 'admin', password)
      await page.getByLabel('Code').fill('00000-00000')
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('alert').filter({ hasText: 'not one of your unused recovery codes' }).waitFor()
      await page.getByLabel('Code').fill(recoveryCodes[0]?.trim() ?? '')
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('link', { name: 'Subordinates', exact: true }).waitFor()
      await openAccount(page)
      await page.getByText('9 recovery codes left.').waitFor()
    })

    step('adds a passkey, after which the password and a code open nothing', async () => {
      await addVirtualAuthenticator(page)
      await page.getByRole('button', { name: 'Add a passkey' }).click()
      await page.getByRole('dialog').getByLabel('Name').fill('laptop')
      await page.getByRole('dialog').getByRole('button', { name: 'Add passkey' }).click()
      await page.getByText('Passkey: laptop').waitFor()
      await page.getByText('It counts for approvals from').waitFor()

      await signOut(page)
      await signIn(page, 'admin', password)
      await page.getByLabel('Code').fill(recoveryCodes[3]?.trim() ?? '')
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByText('This account has a passkey, so the password alone opens nothing.').waitFor()
      await page.goto('/subordinates')
      await page.waitForURL('/sign-in?next=*')
      await page.getByText('Another administrator can remove a passkey that you lost.').waitFor()
      await page.getByText('Signed in as').waitFor()
      expect(await page.getByLabel('Password').count()).toBe(0)
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
      await page.waitForURL('/subordinates')
      await openAccount(page)
    })

    step('signs in with the passkey alone, renames and removes it', async () => {
      await signOut(page)
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
      await page.getByRole('link', { name: 'Subordinates', exact: true }).waitFor()
      await openAccount(page)
      await page.getByText('by passkey', { exact: false }).waitFor()

      const passkey = page.getByRole('listitem').filter({ hasText: 'Passkey:' })
      await passkey.getByRole('button', { name: 'Rename' }).click()
      await page.getByRole('dialog').getByLabel('Name').fill('old laptop')
      await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
      await page.getByText('Passkey: old laptop').waitFor()
      await passkey.getByRole('button', { name: 'Remove' }).click()
      await page.getByRole('alertdialog').getByRole('button', { name: 'Remove passkey' }).click()
      await page.getByText('Passkey: old laptop').waitFor({ state: 'hidden' })
    })

    step('asks for a new sign-in before a change when the last one is old, then continues', async () => {
      await page.goto('/administration/users')
      await page.getByRole('button', { name: 'Create a user' }).click()
      const form = page.getByRole('dialog', { name: 'Create a user' })
      await form.getByLabel('Username').fill('otto')
      await form.getByLabel('First password').fill('correct horse battery')
      await ageSessions()
      await form.getByRole('button', { name: 'Create user' }).click()
      const again = page.getByRole('dialog', { name: 'Confirm it is you' })
      await again.getByLabel('Password').fill(password)
      await again.getByRole('button', { name: 'Sign in', exact: true }).click()
      await again.getByLabel('Code').fill(recoveryCodes[1]?.trim() ?? '')
      await again.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('button', { name: 'What to do with otto' }).waitFor()
    })

    step('ends another session, and its page reports it', async () => {
      const other = await openPage(product.installation.adminUrl)
      await other.page.goto('/subordinates')
      await signIn(other.page, 'admin', password)
      await other.page.getByLabel('Code').fill(recoveryCodes[2]?.trim() ?? '')
      await other.page.getByRole('button', { name: 'Continue' }).click()
      await other.page.waitForURL('/subordinates')

      await openAccount(page)
      await page.getByRole('button', { name: 'Sign out everywhere else' }).click()
      await page.getByRole('button', { name: 'Sign out everywhere else' }).waitFor({ state: 'hidden' })
      await other.page.reload()
      await other.page.getByLabel('Username').waitFor()
      expect(new URL(other.page.url()).searchParams.get('next')).toBe('/subordinates')
      await other.page.context().close()
    })
  },
)
