/** Tests organizations in the console: create, give members, find, change, remove. */
import { readFile } from 'node:fs/promises'
import { beforeAll, expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const as = (name: string, input: object, selection = 'id') => admin.mutate(name, input, selection, 'admin')

const startMember = (client_name: string) =>
  startEntity({ authorityHints: [admin.entityId], metadata: { openid_relying_party: { client_name } } })

const admin = adminInFile()
const archive = inFile(() => startMember('Archive'))
const botany = inFile(() => startMember('Botany'))
beforeAll(() => as('registerSubordinate', { entityId: archive.id }))
const { page, complaints, main, title, panel } = pageInFile(() => openSignedIn(admin, '/organizations'))

const button = (name: string) => main().getByRole('button', { name, exact: true })
const picker = () => page.getByRole('combobox', { name: 'Organization' })
const toast = (text: string) => page.getByText(text, { exact: true })

async function choose(part: string, name: string): Promise<void> {
  await picker().fill(part)
  await page.getByRole('option', { name }).click()
  await expect.poll(() => picker().inputValue()).toBe(name)
}

async function openOrganization(name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Organizations' }).click()
  await title('Organizations').waitFor()
  await main().getByRole('link', { name, exact: true }).click()
  await title(name).waitFor()
}

journey('an organization is created, gets members, is changed and removed', (step) => {
  step('says in the empty list what organizations are for, and how to start', async () => {
    await main().getByText('No organizations yet').waitFor()
    await main().getByRole('link', { name: 'Create the first' }).click()
    await title('Create an organization').waitFor()
  })

  step('creates one with two contacts, after a refusal at the field of a faulty address', async () => {
    await main().getByLabel('Name', { exact: true }).fill('Northern Library')
    await main().getByLabel('Register', { exact: true }).fill('GLEIF')
    await main().getByLabel('Number', { exact: true }).fill('549300ABC')
    await main().getByLabel('Country').selectOption('Sweden')
    const contact = (number: number) => main().getByRole('group', { name: `Contact ${number}` })
    for (const number of [1, 2, 3]) {
      await button('Add a contact').click()
      await contact(number).getByLabel('E-mail address').fill(`person${number}@example.org`)
    }
    await contact(2).getByLabel('Role').selectOption('Security')
    await contact(2).getByLabel('Name').fill('Ann')
    await contact(3).getByLabel('E-mail address').fill('archive')
    await main().getByLabel('Tags', { exact: true }).fill('pilot,')
    await main().getByLabel('Note', { exact: true }).fill('Call Ann first.')
    await button('Create organization').click()
    await contact(3).getByText('This is not an e-mail address.').waitFor()
    await expect.poll(() => contact(3).getByLabel('E-mail address').getAttribute('aria-invalid')).toBe('true')
    await button('Remove contact 1').click()
    await contact(2).getByText('This is not an e-mail address.').waitFor()
    await contact(2).getByLabel('E-mail address').fill('Ops@Example.org')

    await button('Create organization').click()
    await toast('Northern Library created.').waitFor()
    await title('Northern Library').waitFor()
    await panel('Overview').getByText('549300ABC').waitFor()
    await panel('Overview').getByText('Sweden').waitFor()
    const address = panel('Contacts').getByRole('link', { name: 'person2@example.org' })
    await expect.poll(() => address.getAttribute('href')).toBe('mailto:person2@example.org')
    await panel('Contacts').getByRole('link', { name: 'ops@example.org' }).waitFor()
    await panel('Note and tags').getByText('Call Ann first.').waitFor()
    await panel('Members').getByText('It has none yet.').waitFor()
    expect(complaints).toEqual([])
  })

  step('gives it a member, and leads from one to the other', async () => {
    await page.goto('/subordinates')
    await main().getByRole('link', { name: 'Archive' }).click()
    await main().getByRole('link', { name: 'Edit', exact: true }).click()
    await choose('north', 'Northern Library')
    await page.getByRole('button', { name: 'Save' }).click()
    await toast('Saved. The statement stays as it is.').waitFor()
    await main().getByRole('link', { name: 'Northern Library' }).click()
    await panel('Members').getByText('1 member in this anchor.').waitFor()
    await panel('Members').getByRole('link', { name: 'Archive' }).waitFor()
  })

  step('registers a member of it', async () => {
    await page.goto(`/subordinates/new?entity=${encodeURIComponent(botany.id)}`)
    await main().getByText('This entity can be registered').waitFor()
    await main().getByText('Options', { exact: true }).click()
    await choose('549300', 'Northern Library')
    await button('Register subordinate').click()
    await title('Botany').waitFor()
    await main().getByRole('link', { name: 'Northern Library' }).waitFor()
  })

  step('filters the members by organization', async () => {
    await main().getByRole('link', { name: 'Northern Library' }).click()
    await panel('Members').getByText('2 members in this anchor.').waitFor()
    await panel('Members').getByRole('link', { name: 'Show in the list' }).click()
    await page.waitForURL(/\/subordinates\?organization=/)
    await main().getByText('2 subordinates match').waitFor()
    await expect.poll(() => picker().inputValue()).toBe('Northern Library')
    await picker().fill('')
    await page.waitForURL('/subordinates')
    await choose('north', 'Northern Library')
    await page.waitForURL(/organization=/)

    const downloading = page.waitForEvent('download')
    await button('Export CSV').click()
    const text = await readFile(await (await downloading).path(), 'utf8')
    expect(text.split('\r\n')[1]).toContain('Northern Library')
  })

  step('finds it in the palette, and its change in the audit log', async () => {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Find a screen' }).fill('northern lib')
    const palette = page.getByRole('dialog', { name: 'Find anything' }) // the list of the picker may still be open
    await palette.getByRole('option', { name: 'Northern Library' }).first().click()
    await title('Northern Library').waitFor()
    await main().getByRole('link', { name: 'History' }).click()
    await main().getByRole('listitem').getByText('Organization created').waitFor()
  })

  step('edits it beside another user, and asks before input is lost', async () => {
    await openOrganization('Northern Library')
    await main().getByRole('link', { name: 'Edit', exact: true }).click()
    await main().getByLabel('Name', { exact: true }).first().fill('Northern Libraries')
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Dashboard' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Leave without saving' }).waitFor()
    await page.keyboard.press('Escape')

    const id = decodeURIComponent(/organizations\/([^/]+)/.exec(page.url())?.[1] ?? '')
    await as('updateOrganization', { id, country: 'NO' })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Someone else changed this').waitFor()
    await page.getByText('Changed: Country.').waitFor()
    await page.getByRole('button', { name: 'Take their changes and keep mine' }).click()
    await expect.poll(() => main().getByLabel('Country').inputValue()).toBe('NO')
    await page.getByRole('button', { name: 'Save' }).click()
    await toast('Organization changed.').waitFor()
    await title('Northern Libraries').waitFor()
    await panel('Overview').getByText('Norway').waitFor()
  })

  step('is not removed while it has members', async () => {
    await button('Remove…').click()
    const question = page.getByRole('alertdialog')
    await question.getByRole('button', { name: 'Remove this organization' }).click()
    await question.getByText('Northern Libraries has 2 members.').waitFor()
    await question.getByRole('button', { name: 'Cancel' }).click()
  })

  step('takes its members away at once, and is removed', async () => {
    await panel('Members').getByRole('link', { name: 'Show in the list' }).click()
    await button('Change many…').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Action').selectOption('UPDATE')
    await dialog.getByLabel('Change “Organization”').check()
    await dialog.getByRole('button', { name: 'Show what would happen' }).click()
    await dialog.getByText('2 to change.').waitFor()
    await dialog.getByRole('button', { name: 'Change settings of 2 subordinates' }).click()
    await page.getByText('2 objects changed').first().waitFor()

    await openOrganization('Northern Libraries')
    await panel('Members').getByText('It has none yet.').waitFor()
    await button('Remove…').click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove this organization' }).click()
    await toast('Northern Libraries removed.').waitFor()
    await page.waitForURL('/organizations')
    await main().getByText('No organizations yet').waitFor()
    expect(complaints).toEqual([])
  })
})
