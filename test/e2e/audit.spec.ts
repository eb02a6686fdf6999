/** Tests how the audit log is searched: by the words that it shows, by parts, by presets, and a run as one entry. */
import { beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { watchRun } from '#test/helpers/run.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { pageInEach, sessionInFile } from './signed-in-console.ts'

const admin = adminInFile()
const [leaf, second] = [memberInFile(admin), memberInFile(admin)]
beforeAll(async () => {
  const subordinates = [leaf, second].map(({ id }) => ({ entityId: id }))
  await watchRun(admin, (await admin.mutate('importSubordinates', { subordinates }, 'id')).id)
})
const session = sessionInFile(admin)
const { page, complaints } = pageInEach(() => session.open('/audit'))

const entries = () => page.getByRole('list', { name: 'entries' }).locator('> li')

test('shows a run as one entry, with its entries folded under it', async () => {
  const run = entries().filter({ hasText: 'Import of subordinates started' })
  await run.getByText('2 more entries of this run').waitFor()
  await expect.poll(() => page.getByText('Subordinate registered').count()).toBe(1) // the option of the filter
  await run.getByText('2 more entries of this run').click()
  const folded = run.getByRole('list', { name: 'Entries of the run' })
  await expect.poll(() => folded.getByText('Subordinate registered').count()).toBe(2)
  expect(await violations(page)).toEqual([])
  await page.getByRole('link', { name: 'Run: Import of subordinates' }).click()
  await page.waitForURL(/\/activity\//)
  expect(complaints).toEqual([])
})

test('finds entries by the words that they show', async () => {
  await page.getByLabel('Action').selectOption({ label: 'Subordinate registered' })
  await page.getByText('2 entries match').waitFor()
  for (const entry of await entries().all()) await entry.getByText('Subordinate registered').waitFor()
})

test('finds entries by typing a part of the object or the user', async () => {
  await page.getByLabel('Object', { exact: true }).fill(leaf.id.slice(7).toUpperCase())
  await page.getByLabel('Object', { exact: true }).press('Enter')
  await page.getByText('1 entry matches').waitFor()
  await page.getByLabel('User', { exact: true }).fill('OPERAT')
  await page.getByLabel('User', { exact: true }).press('Enter')
  await page.getByText('1 entry matches').waitFor()
})

test.each([
  ['today', true],
  ['last 7 days', true],
  ['last 30 days', false],
])('the preset %s', async (label, hidesOld) => {
  const old = {
    actor: 'someone',
    method: 'cli',
    action: 'signIn',
    resourceType: 'User',
    hash: '',
    previousHash: '',
  }
  const at = new Date(Date.now() - 20 * 86_400_000)
  const { id } = await admin.server.db.auditEvent.create({ data: { ...old, at, resource: 'long ago' } })
  await page.goto('/audit')
  await page.getByLabel('Time', { exact: true }).selectOption({ label })
  await page.getByText('match').first().waitFor()
  expect((await page.getByText('long ago').count()) === 0).toBe(hidesOld)
  expect(id).toBeGreaterThan(0)
})

test('the entries of one run are a list of their own', async () => {
  const { data } = await admin.execute('{ runs(first: 1) { edges { node { id } } } }')
  await page.goto(`/audit?run=${encodeURIComponent(data.runs.edges[0].node.id)}`)
  await page.getByText('2 entries match').waitFor()
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: /^Entries of one run/ }).click()
  await page.waitForURL('/audit')
})
