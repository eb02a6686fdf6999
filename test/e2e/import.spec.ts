/** Tests the import of a list of entities: progress as a run, and failures that do not affect the others. */
import { beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
const entities = Array.from({ length: 3 }, () => memberInFile(admin))
const stray = memberInFile(admin)
beforeAll(() => stray.misbehave('no authority hint'))
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/subordinates/import'))

test('reports invalid lines before it sends anything, and checks the others in a dry run', async () => {
  await page.getByLabel('Entity Identifiers').fill(`${entities[0]?.id}\nnobody`)
  await page.getByText('Line 2, “nobody”').waitFor()
  await page.getByRole('button', { name: 'Check without registering' }).click()
  await page.getByRole('heading', { level: 1, name: 'Import of subordinates (dry run)' }).waitFor()
  await page.getByText('Finished, 1 failed', { exact: true }).waitFor()
  const skipped = page.getByRole('listitem').filter({ hasText: 'nobody' })
  await skipped.getByText('is not an Entity Identifier').waitFor()
  const listed = await (await fetch(`${admin.entityId}/list`)).json()
  expect(listed).toEqual([])
})

test('registers a list, and the public endpoint serves all except the refused entity', async () => {
  await page.goto('/subordinates/import')
  const ids = [...entities, stray].map(({ id }) => id)
  await page.getByLabel('Entity Identifiers').fill(['entityId,displayName', ...ids, ids[0]].join('\n'))
  await page.getByText('4 entities, 1 duplicate line ignored').waitFor()
  await page.getByRole('button', { name: 'Register 4 entities' }).click()
  await page.getByRole('heading', { level: 1, name: 'Import of subordinates' }).waitFor()
  await page.getByText('Finished, 1 failed', { exact: true }).waitFor()
  await page.getByRole('list', { name: 'Results' }).getByText(stray.id).waitFor()
  const listed = await (await fetch(`${admin.entityId}/list`)).json()
  expect(new Set(listed)).toEqual(new Set(entities.map(({ id }) => id)))
  expect(complaints).toEqual([])
})
