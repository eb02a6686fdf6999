/** Tests the list of organizations, and how another anchor admits one. Of a viewer: viewer.spec.ts. */
import { readFile } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { leaveConsole, openSignedIn, pageInFile } from './signed-in-console.ts'

const as = (name: string, input: object, selection = 'id') => admin.mutate(name, input, selection, 'admin')

const admin = adminInFile()
beforeAll(async () => {
  await as('createOrganization', {
    name: 'Northern Library',
    identifierScheme: 'GLEIF',
    identifier: '549300ABC',
    country: 'SE',
    contacts: [
      { role: 'TECHNICAL', email: 'ops@example.org' },
      { role: 'SECURITY', email: 'ann@example.org', name: 'Ann' },
    ],
    tags: ['pilot'],
  })
  const contacts = [{ role: 'SECURITY', email: 'cert@example.org' }]
  await as('createOrganization', { name: 'Southern Museum', country: 'FI', active: false, contacts })
})
const { page, complaints, main } = pageInFile(() => openSignedIn(admin, '/organizations'))

const open = () => main().getByRole('link', { name: 'Southern Museum' }).click()

test('finds one by search, country, state and tag, and keeps all of them in the address', async () => {
  await main().getByText('2 organizations').waitFor()
  const names = () =>
    main()
      .getByRole('row')
      .getByRole('link', { name: /Library|Museum/ })
      .allInnerTexts()
  expect(await names()).toEqual(['Northern Library', 'Southern Museum'])
  await main().getByRole('link', { name: 'Creation' }).click()
  await page.waitForURL('/organizations?sort=created')
  await main().getByRole('link', { name: 'Creation' }).click()
  await page.waitForURL('/organizations?sort=-created')
  await expect.poll(names).toEqual(['Southern Museum', 'Northern Library'])
  await main().getByLabel('State').selectOption('Inactive')
  await page.waitForURL(/state=inactive/)
  await expect.poll(names).toEqual(['Southern Museum'])
  await main().getByLabel('Country').selectOption('Sweden')
  await main().getByText('No organization matches').waitFor()
  await main().getByLabel('State').selectOption('All states')
  await main().getByRole('searchbox', { name: 'Search' }).fill('ann@')
  await page.waitForURL(/sort=-created.*country=SE.*q=ann/)
  await page.reload()
  await main().getByText('1 organization matches').waitFor()
  await main().getByRole('link', { name: 'pilot' }).click()
  await page.waitForURL('/organizations?tags=pilot')
  await main().getByRole('button', { name: 'Remove the tag pilot from the filter' }).click()
  await page.waitForURL('/organizations')
})

test('exports what is listed', async () => {
  const downloading = page.waitForEvent('download')
  await main().getByRole('button', { name: 'Export CSV' }).click()
  const text = await readFile(await (await downloading).path(), 'utf8')
  expect(text).toContain('Northern Library,GLEIF,549300ABC,SE,true,0,ops@example.org,Ann <ann@example.org>')
})

const admit = () => main().getByRole('button', { name: 'Admit to another anchor…' })

test('comes to another anchor, which then has the same one', async () => {
  const anchorId = `${admin.entityId}/test`
  await leaveConsole(page)
  await as('createTrustAnchor', { slug: 'test', entityId: anchorId, displayName: 'Test federation' }, 'slug')
  await page.goto('/a/main/organizations')
  await open()
  await admit().click()
  const dialog = page.getByRole('dialog')
  // There is one other anchor.
  await expect.poll(() => dialog.getByLabel('To anchor').inputValue()).toBe('test')
  expect(await violations(page, '[role=dialog]')).toEqual([])
  await dialog.getByRole('button', { name: 'Admit organization' }).click()
  await page.getByText('Southern Museum admitted to Test federation.').waitFor()
  // There is no further anchor.
  await admit().waitFor({ state: 'hidden' })
  await page.goto('/a/test/organizations')
  await open()
  await main().getByRole('region', { name: 'Overview' }).getByText('Finland').waitFor()
  expect(complaints).toEqual([])
})
