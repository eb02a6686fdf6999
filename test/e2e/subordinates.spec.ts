/** Tests the list of subordinates: search, order, bulk changes and export. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { eventually } from '#test/helpers/product.ts'
import { make } from './make.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const names = ['Archive', 'Botany', 'Chemistry']

const admin = adminInFile()
const entities = names.map((client_name) =>
  inFile(() =>
    startEntity({ authorityHints: [admin.entityId], metadata: { openid_relying_party: { client_name } } }),
  ),
)
beforeAll(async () => {
  for (const { id } of entities) await make(admin, 'registerSubordinate', { entityId: id }, 'id')
  const trustMarkType = `${admin.entityId}/member`
  await make(admin, 'createTrustMarkType', { type: trustMarkType, description: 'Member' }, 'id')
  await make(admin, 'issueTrustMark', { entityId: entities[0]?.id, trustMarkType }, 'id')
})
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/subordinates'))

const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })
const list = async () => (await fetch(`${admin.entityId}/list`)).json()

test('keeps search, order and filter in the address', async () => {
  await page.getByRole('link', { name: 'Registration' }).click()
  await page.waitForURL(/sort=registered/)
  const mark = page.getByRole('combobox', { name: 'Trust Mark', exact: true })
  await mark.click()
  await page.getByRole('option', { name: 'Member' }).click()
  await row(page, 'Botany').waitFor({ state: 'detached' })
  await page.reload()
  await row(page, 'Archive').waitFor()
  expect(await row(page, 'Botany').count()).toBe(0)
  await expect.poll(() => mark.inputValue()).toBe('Member')
  await mark.fill('')
  await page.getByRole('searchbox', { name: 'Search' }).fill('chem')
  await row(page, 'Archive').waitFor({ state: 'detached' })
  await page.getByRole('searchbox', { name: 'Search' }).fill('')
  await row(page, 'Archive').waitFor()
})

test('exports all matches as CSV', async () => {
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export CSV' }).click()
  const download = await downloading
  expect(download.suggestedFilename()).toMatch(/^subordinates-\d{4}-\d\d-\d\d\.csv$/)
  const [head, ...lines] = (await readFile(await download.path(), 'utf8')).trim().split('\r\n')
  expect(head).toMatch(/^entityId,displayName,entityTypes/)
  expect(lines).toHaveLength(names.length)
  for (const [index, name] of names.entries()) {
    expect(lines.join('\n')).toContain(`${entities[index]?.id},${name},openid_relying_party,false,ACTIVE`)
  }
})

test('shows in a dry run what would happen to each, and changes nothing', async () => {
  const [archive, botany] = entities
  botany?.misbehave('no authority hint')
  onTestFinished(() => botany?.misbehave(undefined))
  await page.getByLabel('Select all on this page').check()
  await page.getByText('3 subordinates selected').waitFor()
  await page.getByRole('button', { name: 'Renew…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Show what would happen' }).click()
  const refused = dialog.getByRole('region', { name: '1 would be refused' })
  await refused.getByText(botany?.id ?? '').waitFor()
  await refused.getByText('authority_hints').waitFor()
  const renewed = dialog.getByRole('region', { name: '2 would be renewed' })
  await renewed.getByText(archive?.id ?? '').waitFor()
  await dialog.getByRole('button', { name: 'Renew 2 subordinates' }).waitFor()
  await dialog.getByRole('button', { name: 'Back' }).click()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.reload()
  await row(page, 'Botany').waitFor()
  expect(await row(page, 'Botany').getByText('Failing').count()).toBe(0)
})

test('changes all that match the filter, and a pasted list', async () => {
  await page.goto('/subordinates?q=Chem')
  await page.getByRole('button', { name: 'Change many…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('All that match the filters (1)').check()
  await dialog.getByLabel('Action').selectOption('UPDATE')
  await dialog.getByRole('button', { name: 'Show what would happen' }).click()
  await dialog.getByText('Choose at least one setting to change.').waitFor()
  await dialog.getByLabel('Change “Validity of the statement”').check()
  await dialog.getByLabel('Validity of the statement', { exact: true }).fill('999999')
  await dialog.getByRole('button', { name: 'Show what would happen' }).click()
  await dialog.getByText('must not be above').waitFor()
  await dialog.getByLabel('Validity of the statement', { exact: true }).fill('48')
  await dialog.getByRole('button', { name: 'Show what would happen' }).click()
  await dialog.getByText('1 to change.').waitFor()
  await dialog.getByRole('list', { name: 'The objects' }).getByText('validFor').waitFor()
  await dialog.getByRole('button', { name: 'Change settings of 1 subordinate' }).click()
  await page.getByRole('heading', { level: 1, name: 'Change of settings' }).waitFor()
  await page.getByText('Succeeded', { exact: true }).first().waitFor()

  await page.goto('/subordinates')
  await page.getByRole('button', { name: 'Change many…' }).click()
  await dialog.getByLabel('A list that you paste').check()
  await dialog
    .getByLabel('Entity Identifiers')
    .fill(`entityId\n${entities[2]?.id}\nhttps://unknown.example.org`)
  await dialog.getByLabel('Action').selectOption('ISSUE_TRUST_MARK')
  await dialog.getByRole('combobox', { name: 'Trust Mark type' }).click()
  await page.getByRole('option', { name: 'Member' }).click()
  await dialog.getByRole('button', { name: 'Show what would happen' }).click()
  await dialog.getByText('https://unknown.example.org: It is not registered.').waitFor()
  await dialog.getByRole('button', { name: 'Issue a Trust Mark to 1 subordinate' }).click()
  await page.getByText('Succeeded', { exact: true }).first().waitFor()
  const query = new URLSearchParams({
    trust_mark_type: `${admin.entityId}/member`,
    sub: entities[2]?.id ?? '',
  })
  const mark = await fetch(`${admin.entityId}/trust_mark?${query}`)
  expect(mark.status).toBe(200)
})

test('finishes the change of the selected subordinates after the user has left the page', async () => {
  await page.goto('/subordinates')
  for (const name of ['Archive', 'Botany']) await page.getByLabel(`Select ${name}`).check()
  await page.getByRole('button', { name: 'Deactivate…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill('The contract ended.')
  await dialog.getByRole('button', { name: 'Show what would happen' }).click()
  await dialog.getByText('2 to change.').waitFor()
  const effect = dialog.getByRole('list', { name: 'Effect on members' })
  await effect.getByText('Would no longer resolve').waitFor()
  await effect.getByText('2 members').waitFor()
  await dialog.getByRole('button', { name: 'Deactivate 2 subordinates' }).click()
  await page.waitForURL(/\/activity\/.+/)
  await page.goto('about:blank')
  await eventually(async () => expect(await list()).toEqual([entities[2]?.id]))
  await page.goto('/activity?kind=changes')
  await page.getByRole('link', { name: 'Deactivation of subordinates', exact: true }).click()
  await page.getByText('Reason: The contract ended.').waitFor()
  await expect
    .poll(() => page.getByRole('list', { name: 'Results' }).getByText('Deactivated').count())
    .toBe(2)
  expect(complaints).toEqual([])
})
