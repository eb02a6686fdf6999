/** Tests the import of a list of entities: progress as a run, and failures that do not affect the others. */
import { beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
const entities = Array.from({ length: 3 }, () => memberInFile(admin))
const stray = memberInFile(admin)
beforeAll(() => stray.misbehave('no authority hint'))
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/subordinates/import'))

const show = () => page.getByRole('button', { name: 'Show what would happen' }).click()
const plan = () => page.getByRole('region', { name: 'What would happen' })

test('reports invalid lines, and examines the others before it registers them', async () => {
  await page.getByLabel('Entity Identifiers').fill(`${entities[0]?.id}\nnobody`)
  await page.getByText('Line 2, “nobody”').waitFor()
  await show()
  await plan().getByText('1 to create.').waitFor()
  await plan()
    .getByText(/^nobody: .*is not an Entity Identifier/)
    .waitFor()
  expect(await violations(page)).toEqual([])
  await plan().getByRole('button', { name: 'Back' }).click()
  await expect.poll(() => page.getByLabel('Entity Identifiers').inputValue()).toContain('nobody')
  await page.getByLabel('Entity Identifiers').fill(`${entities[0]?.id}\n${stray.id}`)
  await show()
  await plan().getByRole('button', { name: 'Register 2 entities' }).waitFor()
  await plan().getByRole('button', { name: 'Examine 2 members now' }).click()
  await plan().getByRole('region', { name: '1 would be refused' }).getByText(stray.id).waitFor()
  const accepted = plan().getByRole('region', { name: '1 would be registered' })
  await accepted.getByText(entities[0]?.id ?? '').waitFor()
  await plan().getByRole('button', { name: 'Register 1 entity' }).waitFor()
  const listed = await (await fetch(`${admin.entityId}/list`)).json()
  expect(listed).toEqual([])
})

test('registers a list, and the public endpoint serves all except the refused entity', async () => {
  await page.goto('/subordinates/import')
  const ids = [...entities, stray].map(({ id }) => id)
  await page.getByLabel('Entity Identifiers').fill(['entityId,displayName', ...ids, ids[0]].join('\n'))
  await page.getByText('4 entities, 1 duplicate line ignored').waitFor()
  await show()
  await plan().getByRole('button', { name: 'Register 4 entities' }).click()
  await page.getByRole('heading', { level: 1, name: 'Import of subordinates' }).waitFor()
  await page.getByText('Finished, 1 failed', { exact: true }).waitFor()
  await page.getByRole('list', { name: 'Results' }).getByText(stray.id).waitFor()
  const listed = await (await fetch(`${admin.entityId}/list`)).json()
  expect(new Set(listed)).toEqual(new Set(entities.map(({ id }) => id)))
  expect(complaints).toEqual([])
})
