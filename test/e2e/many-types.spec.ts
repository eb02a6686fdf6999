/** Tests more Trust Mark types than an API page contains: each can be found, used as a filter and issued. */
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { tooWide } from '#test/helpers/too-wide.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const COUNT = 150
/** The last identifier, far behind the first hundred. */
const LAST = 'Certificate 149'

// A fixed host: the port of a test contains digits that a search finds.
const typeOf = (index: number) => `https://marks.example.org/type/${String(index).padStart(3, '0')}`

const admin = adminInFile()
beforeAll(async () => {
  await admin.server.db.trustMarkType.createMany({
    data: Array.from({ length: COUNT }, (_, index) => ({
      type: typeOf(index),
      description: `Certificate ${index}`,
    })),
  })
})
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/trust-marks/types'))

const picker = (page: Page) => page.getByRole('main').getByRole('combobox', { name: /^Trust Mark( type)?$/ })

async function pick(page: Page, search: string, name: string): Promise<void> {
  await picker(page).click()
  await picker(page).pressSequentially(search)
  await page.getByRole('option', { name }).click()
  await expect.poll(() => picker(page).inputValue()).toBe(name)
}

test('lists all types page by page, with the whole Next button on a phone', async () => {
  await page.getByText('1–50 of 150 Trust Mark types').waitFor()
  await page.getByRole('link', { name: 'Next' }).click()
  await page.getByText('51–100 of 150 Trust Mark types').waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  for (const name of ['Previous', 'Next']) {
    const box = await page.getByRole('link', { name }).boundingBox()
    expect(box?.x).toBeGreaterThanOrEqual(0)
    expect((box?.x ?? 0) + (box?.width ?? 390)).toBeLessThanOrEqual(390)
  }
  expect(await tooWide(page)).toEqual([])
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.getByRole('link', { name: 'Next' }).click()
  await page.getByText('101–150 of 150 Trust Mark types').waitFor()
  await page.getByRole('link', { name: LAST }).waitFor()
  expect(complaints).toEqual([])
})

test('saves the filters of a list under a name, and keeps them in the browser', async () => {
  await page.goto('/trust-marks/types')
  await page.getByLabel('Search').fill('149 certificate')
  await page.getByRole('link', { name: LAST }).waitFor()
  await page.getByRole('button', { name: 'Save this view' }).click()
  await page.getByLabel('Name of the view').fill('The last one')
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Save view' }).click()
  await page.goto('/trust-marks/types')
  await page.getByText('1–50 of 150').waitFor()
  await page.getByRole('link', { name: 'The last one' }).click()
  await page.getByText('1 Trust Mark type matches').waitFor()
  await page.getByRole('button', { name: 'Remove the view The last one' }).click()
  await page.reload()
  await page.getByRole('button', { name: 'Save this view' }).waitFor()
  expect(await page.getByRole('link', { name: 'The last one' }).count()).toBe(0)
  expect(complaints).toEqual([])
})

test('a mark of the last type is issued', async () => {
  await page.goto('/trust-marks/new')
  await pick(page, '149', LAST)
  await page.getByText(typeOf(149)).waitFor()
  await page.getByLabel('Entity', { exact: true }).fill('https://rp.example.org')
  await page.getByRole('button', { name: 'Issue Trust Mark' }).click()
  const question = page.getByRole('alertdialog', { name: 'This entity is not registered' })
  await question.getByText('https://rp.example.org').waitFor()
  expect(await violations(page, '[role=alertdialog]')).toEqual([])
  await question.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('Not issued: no subordinate has this identifier.').waitFor()
  expect(await admin.server.db.trustMark.count()).toBe(0)
  await page.getByRole('button', { name: 'Issue Trust Mark' }).click()
  await question.getByRole('button', { name: 'Issue anyway' }).click()
  await page.getByRole('heading', { level: 1, name: LAST }).waitFor()
  expect(complaints).toEqual([])
})

test('lists are filtered by the last type', async () => {
  for (const path of ['/trust-marks', '/explorer/collection']) {
    // An active filter is visible also without results.
    await page.goto(`${path}?q=rp`)
    await pick(page, 'certificate 149', LAST)
    await page.waitForURL((url) => [...url.searchParams.values()].includes(typeOf(149)))
  }
  await page.reload()
  await expect.poll(() => picker(page).inputValue()).toBe(LAST)
  await picker(page).fill('')
  await page.waitForURL('/explorer/collection?q=rp')
  expect(complaints).toEqual([])
})

test('works with the keyboard alone, and discards text that is not chosen', async () => {
  await page.goto('/trust-marks?q=rp')
  await picker(page).focus()
  await page.keyboard.type('certificate 148')
  await page.getByRole('option', { name: 'Certificate 148' }).waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => picker(page).inputValue()).toBe('')
  await page.keyboard.type('certificate 14')
  const highlighted = (name: string) =>
    page.getByRole('option', { name }).and(page.locator('[data-highlighted]')).waitFor()
  // The list has the wanted one too, below others, and has it alone after the last letter.
  await page.getByRole('option', { name: 'Certificate 147' }).waitFor()
  await highlighted('Certificate 14')
  await page.keyboard.type('7')
  await highlighted('Certificate 147')
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('type') === typeOf(147))
})
