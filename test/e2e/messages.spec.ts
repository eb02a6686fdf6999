/** Tests the list of e-mails in the console, with an SMTP server that refuses a recipient at first. */
import { expect, test } from 'vitest'
import { startAdmin } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { startMailServer } from '#test/helpers/mail-server.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const mail = inFile(startMailServer)
const admin = inFile(() => startAdmin({}, { mail: mail.config }))
const organization = inFile(() => admin.mutate('createOrganization', { name: 'Lund University' }, 'id'))
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/administration/mail'))

const row = (address: string) => page.getByRole('main').getByRole('row').filter({ hasText: address })
const invite = (email: string) =>
  admin.mutate('invitePerson', { organizationId: organization.id, name: 'Anna', email }, 'id')

journey('an e-mail fails, and is sent again', (step) => {
  step('shows e-mails as they are created, fail and are sent', async () => {
    await page.getByText('No e-mails in the last 30 days').waitFor()
    expect(await violations(page)).toEqual([])
    mail.behave({ refusal: '550 no such user' })
    await invite('anna@lu.example')
    await row('anna@lu.example').getByText('Failed').waitFor()
    await expect.poll(() => row('anna@lu.example').textContent()).toMatch(/Invitation[\s\S]*no such user/)
    expect(await violations(page)).toEqual([])
    mail.behave({})
    await invite('ben@lu.example')
    await row('ben@lu.example').getByText('Sent').waitFor()
  })

  step('sends a failed one again', async () => {
    await page.getByLabel('State').selectOption('Failed')
    await expect.poll(() => row('ben@lu.example').count()).toBe(0)
    mail.received.length = 0
    await page.getByRole('button', { name: 'Send again to anna@lu.example' }).click()
    await page.getByText('No e-mail matches').waitFor()
    await page.getByLabel('State').selectOption('Sent')
    await row('anna@lu.example').waitFor()
    expect(mail.received.map(({ to }) => to)).toEqual([['anna@lu.example']])
    await page.getByLabel('Recipient').fill('ben@lu.example')
    await page.getByLabel('Recipient').press('Enter')
    await expect.poll(() => row('anna@lu.example').count()).toBe(0)
    await row('ben@lu.example').waitFor()
    expect(complaints).toEqual([])
  })
})

test('is shown to administrators of the installation only', async () => {
  const other = await openSignedIn(admin, '/', 'operator')
  await other.page.goto('/administration/mail')
  await other.page.getByRole('heading', { name: 'No right to do this' }).waitFor()
  expect(await other.page.getByRole('link', { name: 'E-mail' }).count()).toBe(0)
  await other.page.context().close()
})
