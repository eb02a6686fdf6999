/** Tests the people of an organization in the console: operators invite, change and remove them, viewers see them. */
import type { Page } from 'playwright-core'
import { beforeAll, expect } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { openPage } from '#test/helpers/browser.ts'
import { journey } from '#test/helpers/journey.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const ADDRESS = 'anna@lu.example'

let path: string

const as = (name: string, input: object) => admin.mutate(name, input, 'id', 'admin')

const admin = adminInFile()
beforeAll(async () => {
  const { id } = await as('createOrganization', { name: 'Lund University' })
  path = `/organizations/${encodeURIComponent(id)}`
})
const { page, complaints, dialog, question } = pageInFile(() => openSignedIn(admin, path, 'operator'))

const people = (of: Page = page) => of.getByRole('region', { name: 'People', exact: true })
const row = (text: string) => people().getByRole('row').filter({ hasText: text })

async function choose(person: string, action: string): Promise<void> {
  await people()
    .getByRole('button', { name: `What to do with ${person}` })
    .click()
  await page.getByRole('menuitem', { name: action }).click()
}

async function shownLink(): Promise<string> {
  const link = (await dialog().getByTestId('invitation-link').textContent()) ?? ''
  expect(link).toMatch(/\/invitation#.{20,}/)
  return link
}

async function accept(of: Page, link: string): Promise<void> {
  await of.goto('about:blank') // a change of the fragment alone loads nothing
  await of.goto(link)
  await of.getByLabel('New password', { exact: true }).fill(PASSWORD)
  await of.getByLabel('Repeat the new password').fill(PASSWORD)
  await of.getByRole('button', { name: 'Set password and sign in' }).click()
}

journey('a person is invited, gets rights, and is removed', (step) => {
  step('says what people can do, and that there are none yet', async () => {
    await people().getByText('They sign in to the portal and see the entities of the organization.').waitFor()
    await people().getByText('The organization has no people yet.').waitFor()
  })

  step('an operator invites a person, after a refusal at the address, and gets the link once', async () => {
    await people().getByRole('button', { name: 'Invite a person' }).click()
    await dialog().getByLabel('Name').fill('Anna Ek')
    const address = dialog().getByLabel('E-mail address')
    await address.fill('anna@lund')
    await dialog().getByRole('button', { name: 'Invite person' }).click()
    await dialog().getByText('This is not an e-mail address.').waitFor()
    await expect.poll(() => address.getAttribute('aria-invalid')).toBe('true')
    await address.fill(ADDRESS)
    await dialog().getByRole('button', { name: 'Invite person' }).click()
    const link = await shownLink()
    await dialog().getByText('It works once, for seven days.').waitFor()
    expect(await violations(page, '[role=dialog]')).toEqual([])
    await dialog().getByRole('button', { name: 'Done' }).click()
    await row(ADDRESS).getByText('Invited', { exact: true }).waitFor()
    await row(ADDRESS).getByText('in 7 days').waitFor()
    await row(ADDRESS).getByRole('cell', { name: 'no', exact: true }).waitFor()
    expect(await page.getByText(link).count()).toBe(0)
    expect(await violations(page)).toEqual([])
  })

  step('the person opens a new link, which replaces the first, and is signed in', async () => {
    const first = await admin.mutate(
      'invitePerson',
      { organizationId: decodeURIComponent(path.slice('/organizations/'.length)), email: ADDRESS },
      'invitationLink',
    )
    await choose('Anna Ek', 'New invitation link')
    await dialog().getByRole('button', { name: 'Create link' }).click()
    const link = await shownLink()
    await dialog().getByRole('button', { name: 'Done' }).click()

    const { page: theirs } = await openPage(admin.adminUrl)
    await theirs.goto(first.invitationLink)
    await theirs.getByText('This invitation is not valid.').waitFor()
    await accept(theirs, link)
    await theirs.getByText(`Your username is ${ADDRESS}.`).waitFor()
    await theirs.context().close()

    // The list changes without a reload.
    await row(ADDRESS).getByText('Invited', { exact: true }).waitFor({ state: 'detached' })
  })

  step('an operator sees the last sign-in, and changes the right to invite', async () => {
    await page.reload()
    await row(ADDRESS).getByRole('cell', { name: 'just now', exact: true }).waitFor()
    await choose('Anna Ek', 'Give the right to invite')
    await question().getByRole('button', { name: 'Give the right to invite' }).click()
    await page.getByText('Anna Ek may invite people now.').waitFor()
    await row(ADDRESS).getByRole('cell', { name: 'yes', exact: true }).waitFor()
  })

  step('a viewer sees the people, and no action', async () => {
    const { page: theirs, complaints } = await openSignedIn(admin, path, 'viewer')
    await people(theirs).getByText(ADDRESS).waitFor()
    expect(await people(theirs).getByRole('button').count()).toBe(0)
    expect(complaints).toEqual([])
    await theirs.context().close()
  })

  step('an administrator sees a member in the list of users, and adds a role and takes it away', async () => {
    const { page: theirs, complaints } = await openSignedIn(admin, '/administration/users')
    const user = theirs.getByRole('row').filter({ hasText: ADDRESS })
    const roleCell = user.getByRole('cell').nth(1)
    const roleText = async () => (await roleCell.textContent())?.trim().replace(/\s+/g, ' ')
    expect(await roleText()).toBe('Member of Lund University')
    const change = async (shown: string, explanation: string, role: string) => {
      await user.getByRole('button', { name: `What to do with ${ADDRESS}` }).click()
      await theirs.getByRole('menuitem', { name: 'Change the role' }).click()
      const form = theirs.getByRole('dialog')
      await form.getByText(explanation).waitFor()
      await expect.poll(() => form.getByLabel('Role').locator('option:checked').textContent()).toBe(shown)
      expect(await violations(theirs, '[role=dialog]')).toEqual([])
      await form.getByLabel('Role').selectOption(role)
      await form.getByRole('button', { name: 'Change role' }).click()
      await form.waitFor({ state: 'detached' })
    }
    await change('No role', 'A role also opens this console', 'Viewer')
    await expect.poll(roleText).toBe('Viewer Member of Lund University')
    await change('Viewer', 'That stays after a change of the role.', 'No role')
    await expect.poll(roleText).toBe('Member of Lund University')
    await change('No role', 'A role also opens this console', 'No role')
    expect(await roleText()).toBe('Member of Lund University')
    expect(complaints).toEqual([])
    await theirs.context().close()
  })

  step('an operator removes a person after a question', async () => {
    await choose('Anna Ek', 'Remove person')
    await question().getByText('The account stays.').waitFor()
    await question().getByRole('button', { name: 'Remove person' }).click()
    await page.getByText('Anna Ek removed.').waitFor()
    await people().getByText('The organization has no people yet.').waitFor()
  })

  step('the removal of the organization says that its people keep their accounts', async () => {
    await page.getByRole('main').getByRole('button', { name: 'Remove…' }).click()
    await question().getByText('its people keep their accounts').waitFor()
    await question().getByRole('button', { name: 'Cancel' }).click()
    expect(complaints).toEqual([])
  })
})
