/** Tests small things that send users the wrong way: addresses of nothing, sentences that are over, covered buttons. */
import { beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { openSignedIn } from './signed-in-console.ts'

let address: string

const admin = adminInFile()
const member = inFile(() => below(admin.entityId).leaf().start())
beforeAll(async () => {
  const { id } = await admin.mutate('registerSubordinate', { entityId: member.leaf.id }, 'id')
  address = `/subordinates/${encodeURIComponent(id)}`
})
const page = inFile(async () => (await openSignedIn(admin, '/')).page)

const main = () => page.getByRole('main')
const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
const validity = () => page.getByLabel('Validity of the statement', { exact: true })

test('an address of no subordinate says so, and leads to the list', async () => {
  await page.goto('/subordinates/xyz')
  await main().getByRole('heading', { name: 'Nothing here' }).waitFor()
  await main().getByText('"xyz" is not a valid id.').waitFor()
  expect(await violations(page)).toEqual([])
  await main().getByRole('link', { name: 'Go to Subordinates' }).click()
  await page.waitForURL('/subordinates')
})

test('a refusal names the field as the form does, and goes when its value is changed', async () => {
  await page.goto(`${address}/edit`)
  await validity().fill('9999999')
  await press('Save')
  await page.getByText('The validity must not be above the federation').first().waitFor()
  expect(await page.getByText('validFor').count()).toBe(0)
  await validity().fill('48')
  await page.getByText('The validity must not be above').first().waitFor({ state: 'detached' })
})

test('a toast is above the bar of a form', async () => {
  await page.goto(address)
  await page.getByRole('button', { name: 'Renew', exact: true }).click()
  const toast = page.locator('[data-sonner-toast]').first()
  await toast.waitFor()
  // A toast under the pointer stays.
  await toast.hover()
  await page.getByRole('link', { name: 'Edit', exact: true }).press('Enter')
  await validity().press('4')
  const bar = page.locator('[data-bar]')
  await bar.waitFor()
  const [upper, lower] = [await toast.boundingBox(), await bar.boundingBox()]
  expect((upper?.y ?? 0) + (upper?.height ?? 0)).toBeLessThanOrEqual(lower?.y ?? 0)
})

test('the bars of the chart lead to what expires on their day', async () => {
  await page.goto('/')
  const chart = page.getByRole('region', { name: 'Expiring in the next 30 days' })
  await chart.getByText('As a table').click()
  const link = chart.getByRole('link', { name: /: 1 statement$/ })
  expect(await violations(page)).toEqual([])
  const target = await link.getAttribute('href')
  expect(await chart.locator('.bars a').first().getAttribute('href')).toMatch(/(expires|configuration)=/)
  await link.click()
  await page.waitForURL(String(target))
  await page.getByText('1 subordinate matches').waitFor()
  await page.getByText(/^on \d{4}-\d\d-\d\d \(UTC\)$/).waitFor({ state: 'attached' })
})

test('activity shows the runs that there were, and not only one kind', async () => {
  const { db } = admin.server
  const run = { state: 'SUCCEEDED', startedBy: 'admin', endedAt: new Date() }
  await db.run.createMany({
    data: [
      { ...run, kind: 'CONFIGURATION', parameters: { source: 'list' } },
      { ...run, kind: 'COLLECTION' },
    ],
  })
  await page.goto('/activity')
  await page.getByRole('link', { name: 'Import of subordinates' }).waitFor()
  await page.goto('/activity?kind=promotions')
  await page.getByText('No such run yet').waitFor()
  await page.getByRole('link', { name: 'Show all runs' }).click()
  await page.getByRole('link', { name: 'Federation crawl' }).waitFor()
})
