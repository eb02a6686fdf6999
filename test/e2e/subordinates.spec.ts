/** Tests the list of subordinates: search, order, bulk changes and export. */
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPage, signIn, startBrowser, type Watched } from '#test/helpers/browser.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { connectAdmin, eventually, type Product, startProduct } from '#test/helpers/product.ts'
import { mutate } from '#test/product/mutation.ts'

const names = ['Archive', 'Botany', 'Chemistry']

let product: Product
let browser: Browser
let entities: TestEntity[]
let watched: Watched

beforeAll(async () => {
  product = await startProduct()
  const { installation, password } = product
  const admin = await connectAdmin(installation)
  const authorityHints = [installation.federationUrl]
  entities = await Promise.all(
    names.map((client_name) =>
      startEntity({ authorityHints, metadata: { openid_relying_party: { client_name } } }),
    ),
  )
  for (const { id } of entities) await mutate(admin, 'registerSubordinate', { entityId: id }, 'id')
  const trustMarkType = `${installation.federationUrl}/member`
  await mutate(admin, 'createTrustMarkType', { type: trustMarkType, description: 'Member' }, 'id')
  await mutate(admin, 'issueTrustMark', { entityId: entities[0]?.id, trustMarkType }, 'id')
  browser = await startBrowser()
  watched = await openPage(browser, installation.adminUrl)
  await watched.page.goto('/')
  await signIn(watched.page, 'admin', password ?? '')
  await watched.page.waitForURL('/')
  await watched.page.goto('/subordinates')
})
afterAll(async () => {
  await browser.close()
  await Promise.all(entities.map((entity) => entity.close()))
  await product.stop()
})

const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })
const list = async () => (await fetch(`${product.installation.federationUrl}/list`)).json()

test('keeps search, order and filter in the address', async () => {
  const { page } = watched
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
  const { page } = watched
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

test('names each failure of a bulk change with its reason, and completes the rest', async () => {
  const { page } = watched
  const [archive, botany] = entities
  botany?.misbehave('no authority hint')
  await page.getByLabel('Select all on this page').check()
  await page.getByText('3 subordinates selected').waitFor()
  await page.getByRole('button', { name: 'Renew…' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Renew 3 subordinates' }).click()
  const failures = page.getByRole('alert').filter({ hasText: '1 subordinate could not be renewed' })
  await failures.getByText(botany?.id ?? '').waitFor()
  expect(await failures.getByText(archive?.id ?? '').count()).toBe(0)
  botany?.misbehave(undefined)
})

test('deactivates the chosen subordinates, and removes them from the public list', async () => {
  const { page, complaints } = watched
  await page.getByRole('button', { name: 'Clear' }).click()
  for (const name of ['Archive', 'Botany']) await page.getByLabel(`Select ${name}`).check()
  await page.getByRole('button', { name: 'Deactivate…' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate 2 subordinates' }).click()
  for (const name of ['Archive', 'Botany']) await row(page, name).getByText('Inactive').waitFor()
  await eventually(async () => expect(await list()).toEqual([entities[2]?.id]))
  expect(complaints).toEqual([])
})
