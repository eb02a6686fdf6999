/** Tests note and tags of a subordinate: in place, in the list, for many at once; and its organization and contacts. */
import { readFile } from 'node:fs/promises'
import { beforeAll, expect } from 'vitest'
import { readEntityList } from '#lib/subordinate/entity-list.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { make } from './make.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const HOSTILE = '<img src=x onerror=alert(1)> call +46 8 123'

let ids: string[]

const admin = adminInFile()
const metadata = {
  ...relyingParty,
  federation_entity: {
    organization_name: 'Northern <b>Library</b>',
    contacts: ['ops@example.org', HOSTILE],
  },
}
const start = () => startEntity({ authorityHints: [admin.entityId], metadata })
const entities = [inFile(start), inFile(start)]
beforeAll(async () => {
  ids = []
  for (const { id: entityId } of entities)
    ids.push((await make(admin, 'registerSubordinate', { entityId }, 'id')).id)
})
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/'))

const served = async () => (await fetch(`${admin.entityId}/fetch?sub=${entities[0]?.id}`)).text()

journey('note and tags are changed, filtered and exported', (step) => {
  step('shows organization and contacts, and links only a mail address', async () => {
    await page.goto(`/subordinates/${encodeURIComponent(ids[0] ?? '')}`)
    await page.getByText('Northern <b>Library</b>').first().waitFor()
    await expect
      .poll(() => page.getByRole('link', { name: 'ops@example.org' }).getAttribute('href'))
      .toBe('mailto:ops@example.org')
    await page.getByText(HOSTILE).waitFor()
    await expect.poll(() => page.locator('a[href^="mailto:"]').count()).toBe(1)
    await page.getByText('Next signature').waitFor()
  })

  step('edits note and tags in place, and the statement stays', async () => {
    const before = await served()
    const panel = page.getByRole('region', { name: 'Note and tags' })
    await panel.getByRole('button', { name: 'Edit note and tags' }).click()
    await panel.getByLabel('Note').fill('Call Ann first.')
    await panel.getByLabel('Tags', { exact: true }).fill('Year 2026, ')
    await panel.getByLabel('Tags', { exact: true }).press('Enter')
    await panel.getByLabel('Tags', { exact: true }).fill('x'.repeat(41))
    await page.getByRole('button', { name: 'Save' }).click()
    await panel.getByText('has 41 characters').first().waitFor()
    await panel.getByRole('button', { name: `Remove ${'x'.repeat(41)} from Tags` }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Note and tags changed.').waitFor()
    await panel.getByText('Call Ann first.').waitFor()
    await panel.getByRole('link', { name: 'Year 2026' }).waitFor()
    expect(await served()).toBe(before)
    expect(complaints).toEqual([])
  })

  step('adds a tag to all, and filters the list by tags', async () => {
    await page.goto('/subordinates')
    await page.getByRole('button', { name: 'Change many…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Action').selectOption('UPDATE')
    await dialog.getByLabel('Add tags').fill('pilot')
    await dialog.getByLabel('Add tags').press('Enter')
    await dialog.getByRole('button', { name: 'Show what would happen' }).click()
    await dialog.getByText('2 to change.').waitFor()
    await dialog.getByRole('button', { name: 'Change settings of 2 subordinates' }).click()
    await page.getByText('2 objects changed').first().waitFor()

    await page.goto('/subordinates')
    await page.getByRole('combobox', { name: 'Tags' }).click()
    await page.getByRole('option', { name: 'pilot' }).click()
    await page.getByText('2 subordinates match').waitFor()
    await page.getByRole('combobox', { name: 'Tags' }).fill('year')
    await page.getByRole('option', { name: 'Year 2026' }).click()
    await page.waitForURL(/tags=pilot%2CYear/)
    await page
      .getByRole('cell')
      .filter({ hasText: entities[0]?.id ?? '' })
      .first()
      .waitFor()
    expect(await page.getByText(entities[1]?.id ?? '').count()).toBe(0)
    await page.getByRole('button', { name: 'Remove the tag Year 2026 from the filter' }).click()
    await page
      .getByText(entities[1]?.id ?? '')
      .first()
      .waitFor()
  })

  step('exports note and tags in a form that the import reads', async () => {
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export CSV' }).click()
    const text = await readFile(await (await downloading).path(), 'utf8')
    const { entityIds, annotations } = readEntityList(text)
    expect(entityIds.sort()).toEqual(entities.map(({ id }) => id).sort())
    expect(Object.fromEntries(annotations)).toEqual({
      [entities[0]?.id ?? '']: { note: 'Call Ann first.', tags: ['Year 2026', 'pilot'] },
      [entities[1]?.id ?? '']: { tags: ['pilot'] },
    })
  })
})
