/** Tests the portal where the people of organizations need a second factor. */
import { Secret, TOTP } from 'otpauth'
import { expect, test } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { openPage, signIn } from '#test/helpers/browser.ts'
import { signInAsMember } from '#test/helpers/member.ts'

const email = 'anna@lu.example'

const admin = adminInFile({}, { secondFactorGroups: ['member'] })

test('leads to My account until one is set up, and to the entities after', async () => {
  const { id: organizationId } = await admin.mutate('createOrganization', { name: 'Lund' }, 'id')
  await signInAsMember(admin, { organizationId, email, name: 'Anna Ek' })
  const { page, complaints } = await openPage(admin.adminUrl)
  await page.goto('/')
  await signIn(page, email, PASSWORD)
  await page.getByRole('heading', { level: 1, name: 'My account' }).waitFor()
  await page.getByText('Your account requires a second factor').waitFor()
  expect(await violations(page)).toEqual([])
  await page.getByRole('link', { name: 'My entities' }).click()
  await page.getByText('Your account requires a second factor').waitFor()
  expect(new URL(page.url()).pathname).toBe('/portal/account')

  await page.getByRole('button', { name: 'Set up' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Your password').fill(PASSWORD)
  await dialog.getByRole('button', { name: 'Continue' }).click()
  const secret = (await dialog.locator('code').first().textContent()) ?? ''
  const totp = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(' ', '')) })
  await dialog.getByLabel('Code from the app').fill(totp.generate())
  await dialog.getByRole('button', { name: 'Turn it on' }).click()
  await dialog.getByRole('button', { name: 'Done, codes saved' }).click()
  await page.getByText('Your account requires a second factor').waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'My entities' }).click()
  await page.getByRole('region', { name: 'First steps' }).waitFor()
  expect(complaints).toEqual([])
  await page.context().close()
})
