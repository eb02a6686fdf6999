/** Tests the people of an organization in the portal: invite, give and take the right to invite, remove. */
import { beforeAll, expect } from 'vitest'
import { PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { journey } from '#test/helpers/journey.ts'
import { acceptInvitation, openOwnPortal, portalInFile } from './portal-federation.ts'
import { pageInFile } from './signed-in-console.ts'

const federation = portalInFile()
const person = { email: 'anna@library.example.org', name: 'Anna Ek', mayInvite: true }
const { page, complaints, dialog } = pageInFile(() => openOwnPortal(federation, person))
beforeAll(async () => {
  await page.getByRole('link', { name: 'My organization' }).click()
  await page.getByRole('heading', { level: 1, name: 'Northern Library' }).waitFor()
})

const people = (on = page) => on.getByRole('region', { name: 'People' })
const row = (name: string) => people().getByRole('row').filter({ hasText: name })
const toast = (text: string) => page.getByText(text, { exact: true })

async function act(name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `What to do with ${name}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

/** The link in the dialog, which cannot be read again once the dialog is closed. */
async function readLink(): Promise<string> {
  const link = (await dialog().getByTestId('invitation-link').textContent()) ?? ''
  await dialog().getByText('It works once, for seven days.').waitFor()
  await dialog().getByRole('button', { name: 'Done' }).click()
  await dialog().waitFor({ state: 'detached' })
  expect(await page.getByText(link).count()).toBe(0)
  return link
}

journey('a person invites another one, gives and takes rights, and is removed', (step) => {
  step('shows the organization as the operators have recorded it', async () => {
    const overview = page.getByRole('region', { name: 'Overview' })
    for (const fact of ['Active', 'GLEIF', '549300ABC', 'Sweden', 'Northern Federation'])
      await overview.getByText(fact, { exact: true }).waitFor()
    await page.getByRole('link', { name: 'ann@library.example.org' }).waitFor()
    await expect.poll(() => row('Anna Ek').textContent()).toContain('(you)')
    expect(await violations(page)).toEqual([])
  })

  step('invites a person after a refusal at the field, who accepts and sees the same', async () => {
    await people().getByRole('button', { name: 'Invite a person' }).click()
    await dialog().getByLabel('E-mail address').fill('anna@library.example.org')
    await dialog().getByRole('button', { name: 'Invite person' }).click()
    await dialog().getByRole('alert').filter({ hasText: 'belongs to Northern Library already' }).waitFor()
    expect(await violations(page, '[role=dialog]')).toEqual([])
    await dialog().getByLabel('E-mail address').fill('bo@library.example.org')
    await dialog().getByLabel('Name').fill('Bo Ask')
    await dialog().getByRole('button', { name: 'Invite person' }).click()
    const first = await readLink()
    await row('Bo Ask').getByText('the link expires in 7 days').waitFor()
    await act('Bo Ask', 'New invitation link')
    await dialog().getByRole('button', { name: 'Create link' }).click()
    const link = await readLink()
    expect(link).not.toBe(first)

    const other = await acceptInvitation(federation.admin, link)
    await other.page.getByRole('link', { name: 'Archive' }).waitFor()
    await other.page.getByRole('link', { name: 'My organization' }).click()
    await people(other.page).getByText('Anna Ek').waitFor()
    expect(await people(other.page).getByRole('button').count()).toBe(0)
    expect(other.complaints).toEqual([])
    await other.page.context().close()
    await page.reload()
    await row('Bo Ask').getByRole('cell', { name: 'just now' }).waitFor()
    expect(await row('Bo Ask').getByText('Invited').count()).toBe(0)
  })

  step('gives the right to invite, and takes it away', async () => {
    await act('Bo Ask', 'Give the right to invite')
    const question = page.getByRole('alertdialog')
    await question.getByText('They can invite, change and remove people').waitFor()
    await question.getByRole('button', { name: 'Give the right to invite' }).click()
    await toast('Bo Ask may invite people now.').waitFor()
    await row('Bo Ask').getByRole('cell', { name: 'yes' }).waitFor()
    await act('Bo Ask', 'Take away the right to invite')
    await question.getByRole('button', { name: 'Take away the right to invite' }).click()
    await row('Bo Ask').getByRole('cell', { name: 'no', exact: true }).waitFor()
  })

  step('asks for a new sign-in when the last one is old, then removes the person', async () => {
    const before = new Date(Date.now() - 3_600_000)
    await federation.admin.server.db.session.updateMany({ data: { createdAt: before } })
    await act('Bo Ask', 'Remove person')
    const question = page.getByRole('alertdialog')
    await question.getByText('The account stays.').waitFor()
    await question.getByRole('button', { name: 'Remove person' }).click()
    const again = page.getByRole('dialog', { name: 'Confirm it is you' })
    await again.getByLabel('Password').fill(PASSWORD)
    await again.getByRole('button', { name: 'Sign in', exact: true }).click()
    await toast('Bo Ask removed.').waitFor()
    await row('Bo Ask').waitFor({ state: 'detached' })
    const acts = { user: { name: 'Bo Ask' } }
    expect(await federation.admin.server.db.organizationUser.count({ where: acts })).toBe(0)
  })

  step('offers no removal of oneself', async () => {
    await page.getByRole('button', { name: 'What to do with Anna Ek' }).click()
    await page.getByRole('menuitem', { name: 'Take away the right to invite' }).waitFor()
    await expect.poll(() => page.getByRole('menuitem').count()).toBe(1)
    await page.keyboard.press('Escape')
    expect(complaints).toEqual([])
  })

  step('leads to the sign-in page when an operator removes the person', async () => {
    const { db } = federation.admin.server
    const anna = await db.user.findFirstOrThrow({ where: { name: 'Anna Ek' } })
    const userId = Buffer.from(`User:${anna.id}`).toString('base64')
    await federation.admin.mutate(
      'removePerson',
      { organizationId: federation.organizationId, userId },
      '',
      'admin',
    )
    await page.evaluate(() => window.dispatchEvent(new Event('focus')))
    await page.getByText('Your session has ended. What is on this page stays.').waitFor()
    await page.goto('/portal')
    await page.getByLabel('Username').waitFor()
    expect(new URL(page.url()).searchParams.get('next')).toBe('/portal')
  })
})
