/** Tests the outage budget in the console: its form with a refusal, and whether what is published keeps it. */
import { expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { announceExport } from '#test/helpers/exported.ts'
import { publishAged } from '#test/helpers/own-configuration.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'
import { openSignedIn } from './signed-in-console.ts'

const admin = adminInFile()

test('is refused with what it needs, set with that, and judged on the page of the publication', async () => {
  const { page, complaints } = await openSignedIn(admin, '/settings/publication')
  await page.getByText('No outage budget').waitFor()
  await page.goto('/settings/edit')
  await page.getByLabel('Outage budget').fill('72')
  await page.getByRole('button', { name: 'Save' }).click()
  await page
    .getByText(
      'The outage budget must be at most 17 hours, because the validity of the Entity Configuration is 24 hours.',
    )
    .first()
    .waitFor()
  await page.getByLabel('Entity Configuration', { exact: true }).fill('120')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Outage budget: 3 days').waitFor()

  await page.goto('/settings/publication')
  await page.getByText('Outage budget: 3 days, kept').waitFor()
  const { leaf } = await registerLeaf(admin)
  const now = Math.floor(Date.now() / 1000)
  const late = now + 20.5 * 3600
  const where = { entityId: leaf.id }
  await admin.server.db.subordinate.update({ where, data: { statementExpiresAt: new Date(late * 1000) } })
  await publishAged(admin, { age: 0, life: 120 })
  const kept = now + 119 * 3600
  const files = {
    entity_configuration: [1, kept],
    fetch: [1, late],
    resolve: [1, late],
    list: [11, null],
  } as const
  await announceExport(admin, now, files)
  await page.reload()
  await page.getByText('Outage budget: 3 days, not kept').waitFor()
  await page.getByText('Subordinate Statements: 1 not renewed in time. It expires in 20 hours.').waitFor()
  await page.getByText('Resolve responses: each ends with the first statement of its chain').waitFor()
  await page.goto('/')
  await page.getByText('Subordinate Statements hold for 20 hours without this installation').waitFor()
  expect(complaints).toEqual([])
  await page.context().close()
})
