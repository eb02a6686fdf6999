/** Tests the import of a list of entities: progress as a run, and failures that do not affect the others. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { closePages, type Watched } from '#test/helpers/browser.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { type Session, startSession } from './signed-in-console.ts'

let admin: TestAdmin
let entities: TestEntity[]
let stray: TestEntity
let session: Session
let watched: Watched

beforeAll(async () => {
  admin = await startAdmin()
  const start = () => startEntity({ authorityHints: [admin.entityId], metadata: relyingParty })
  entities = await Promise.all([start(), start(), start()])
  stray = await start()
  stray.misbehave('no authority hint')
  session = await startSession(admin)
})
beforeEach(async () => {
  watched = await session.open('/subordinates/import')
  return () => watched.page.close()
})
afterAll(async () => {
  await closePages()
  await Promise.all([...entities, stray].map((entity) => entity.close()))
  await admin.close()
})

test('reports invalid lines before it sends anything, and checks the others in a dry run', async () => {
  const { page } = watched
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
  const { page, complaints } = watched
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
