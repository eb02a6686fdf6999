/** Tests how the audit log is searched: by the words that it shows, by parts, by presets, and a run as one entry. */
import { beforeAll, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { watchRun } from '#test/helpers/run.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
const [leaf, second] = [memberInFile(admin), memberInFile(admin)]
beforeAll(async () => {
  const subordinates = [leaf, second].map(({ id }) => ({ entityId: id }))
  await watchRun(admin, (await admin.mutate('importSubordinates', { subordinates }, 'id')).id)
})
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/audit'))

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

test('finds entries by the words that they show, and by a part of the object or the user', async () => {
  await page.goto('/audit')
  await page.getByLabel('Action').selectOption({ label: 'Subordinate registered' })
  await page.getByText('2 entries match').waitFor()
  for (const entry of await entries().all()) await entry.getByText('Subordinate registered').waitFor()
  await page.getByLabel('Object', { exact: true }).fill(leaf.id.slice(7).toUpperCase())
  await page.getByLabel('Object', { exact: true }).press('Enter')
  await page.getByText('1 entry matches').waitFor()
  await page.getByLabel('User', { exact: true }).fill('OPERAT')
  await page.getByLabel('User', { exact: true }).press('Enter')
  await page.getByText('1 entry matches').waitFor()
})

test('the presets of the time hide what is older', async () => {
  const at = new Date(Date.now() - 20 * 86_400_000)
  const old = {
    actor: 'someone',
    method: 'cli',
    action: 'signIn',
    resourceType: 'User',
    resource: 'long ago',
  }
  await admin.server.db.auditEvent.create({ data: { ...old, at, hash: '', previousHash: '' } })
  await page.goto('/audit')
  for (const [label, count] of [
    ['last 30 days', 1],
    ['last 7 days', 0],
    ['today', 0],
  ] as const) {
    await page.getByLabel('Time', { exact: true }).selectOption({ label })
    await expect.poll(() => page.getByText('long ago').count(), { message: label }).toBe(count)
  }
})

test('the entries of one run are a list of their own', async () => {
  const { data } = await admin.execute('{ runs(first: 1) { edges { node { id } } } }')
  await page.goto(`/audit?run=${encodeURIComponent(data.runs.edges[0].node.id)}`)
  await page.getByText('2 entries match').waitFor()
  await page.getByRole('button', { name: /^Entries of one run/ }).click()
  await page.waitForURL('/audit')
})
