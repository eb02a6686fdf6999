/** Tests the console with five thousand subordinates: each page loads only what it shows. */
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { redisKeys } from '#store/keys.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { registerMany } from '#test/helpers/many-entities.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const COUNT = 5_000
const PAGE_SIZE = 50

/** The number of list items in each API answer since the last count. */
let answered: Promise<number>[] = []

/** Items in lists, at any depth. */
function edgesIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + edgesIn(item), 0)
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce(
    (sum, [name, item]) => sum + edgesIn(item) + (name === 'edges' && Array.isArray(item) ? item.length : 0),
    0,
  )
}

async function mostAnswered(): Promise<number> {
  const sizes = await Promise.all(answered)
  answered = []
  return Math.max(...sizes)
}

/** As a crawl stores them. */
async function collect(): Promise<void> {
  const { collection: keys } = redisKeys()
  const pipeline = admin.redis.client.pipeline()
  for (const [index, id] of entities.ids.entries()) {
    const info = { openid_relying_party: { display_name: `Collected ${index}` } }
    const record = { entity_id: id, entity_types: ['openid_relying_party'], ui_infos: info, trust_marks: [] }
    pipeline.hset(keys.entities, id, JSON.stringify(record))
    pipeline.zadd(keys.sorted, 0, id)
    pipeline.sadd(keys.byType('openid_relying_party'), id)
  }
  pipeline.set(keys.trustAnchor, admin.entityId)
  pipeline.set(keys.lastUpdated, Math.floor(Date.now() / 1000))
  await pipeline.exec()
}

const admin = adminInFile()
const entities = inFile(() => registerMany(admin.server.db, admin.entityId, COUNT))
beforeAll(collect)
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/'))
beforeAll(() => {
  page.on('response', (response) => {
    const isAnswer =
      response.url().endsWith('/graphql') && /json/.test(response.headers()['content-type'] ?? '')
    if (isAnswer) answered.push(response.json().then(edgesIn))
  })
})

const rows = (page: Page) => page.getByRole('table').locator('tbody tr')
const total = (page: Page, text: string) =>
  page.getByRole('main').getByText(text, { exact: false }).first().waitFor()

test('loads and shows one page of the list', async () => {
  await page.goto('/subordinates')
  await total(page, '1–50 of 5,000 subordinates')
  await expect.poll(() => rows(page).count()).toBe(PAGE_SIZE)
  expect(await mostAnswered()).toBeLessThanOrEqual(PAGE_SIZE)
  await page.getByRole('link', { name: 'Next' }).click()
  await total(page, '51–100 of 5,000 subordinates')
  await page.reload()
  await total(page, '51–100 of 5,000 subordinates')
  await page.getByRole('link', { name: 'Previous' }).click()
  await total(page, '1–50 of 5,000 subordinates')
  await expect.poll(() => rows(page).count()).toBe(PAGE_SIZE)
  expect(await mostAnswered()).toBeLessThanOrEqual(PAGE_SIZE)
  expect(complaints).toEqual([])
})

test('offers pages of another size, and the last page', async () => {
  await page.getByLabel('Rows per page').selectOption('25')
  await total(page, '1–25 of 5,000 subordinates')
  await page.getByRole('link', { name: 'Last page' }).click()
  await total(page, '4,976–5,000 of 5,000 subordinates')
  await expect.poll(() => rows(page).count()).toBe(25)
  await page.getByRole('link', { name: 'Previous' }).click()
  await total(page, '4,951–4,975 of 5,000 subordinates')
  await page.getByRole('link', { name: 'First page' }).click()
  await total(page, '1–25 of 5,000 subordinates')
  expect(await mostAnswered()).toBeLessThanOrEqual(PAGE_SIZE)
})

test('finds matches with search and filter', async () => {
  await page.getByLabel('Search', { exact: true }).fill('/rp/4242')
  await total(page, '1 subordinate')
  await page.getByRole('link', { name: /rp\/4242/ }).waitFor()
  await expect.poll(() => rows(page).count()).toBe(1)
  await mostAnswered()
  await page.goto('/subordinates?type=openid_relying_party&sort=-expires')
  await total(page, '5,000 subordinates')
  await expect.poll(() => rows(page).count()).toBe(PAGE_SIZE)
  expect(await mostAnswered()).toBeLessThanOrEqual(PAGE_SIZE)
})

test('no other page loads them', async () => {
  for (const path of ['/', '/trust-marks', '/activity', '/audit', '/settings/policy']) {
    answered = []
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.locator('.animate-spin').first().waitFor({ state: 'hidden' })
    expect(await mostAnswered(), path).toBeLessThanOrEqual(PAGE_SIZE)
  }
})

test('finds one in the palette with a few results', async () => {
  answered = []
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Find a screen' }).fill('rp/4999')
  await page.getByRole('option', { name: /rp\/4999/ }).waitFor()
  expect(await mostAnswered()).toBeLessThanOrEqual(10)
  await page.keyboard.press('Escape')
})

test('pages and searches the collection', async () => {
  await page.goto('/explorer/collection')
  await total(page, '5,000 entities')
  await expect.poll(() => rows(page).count()).toBe(PAGE_SIZE)
  await page.getByRole('link', { name: 'Next' }).click()
  await page.getByRole('link', { name: 'First page' }).waitFor()
  expect(await mostAnswered()).toBeLessThanOrEqual(PAGE_SIZE)
  await page.getByLabel('Search', { exact: true }).fill('collected 3141')
  await page.getByText('1 entity', { exact: false }).first().waitFor()
  await page.getByRole('link', { name: 'Collected 3141' }).waitFor()
})
