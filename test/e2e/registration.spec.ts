/** Tests what the registration page does about an entity that cannot be registered yet. */
import { beforeAll, expect, test } from 'vitest'
import { examineAwaited } from '#server/jobs/checks.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { inFile, inTest } from '#test/helpers/in-file.ts'
import { pageInEach, sessionInFile } from './signed-in-console.ts'

const admin = adminInFile()
const entity = inFile(() =>
  startEntity({ metadata: relyingParty, authorityHints: ['https://other.example'] }),
)
const session = sessionInFile(admin)
beforeAll(() => session.context.grantPermissions(['clipboard-read', 'clipboard-write']))
const { page, complaints } = pageInEach(() => session.open())

const check = async (text: string) => {
  await page.goto('/subordinates/new')
  await page.getByLabel('Entity Identifier').fill(text)
  await page.getByRole('button', { name: 'Check', exact: true }).click()
}

test('failed checks come first, and the report for the operator says what to do', async () => {
  await check(entity.id)
  await page.getByText('1 check failed.').waitFor()
  const shown = page.getByRole('main').getByRole('listitem').filter({ visible: true })
  await expect
    .poll(() => shown.allTextContents())
    .toEqual([expect.stringMatching(/superior.*Failed.*§3\.1\.2/s)])
  await page.getByRole('button', { name: 'Copy report' }).click()
  await page.getByText('Copied the report').waitFor()
  const report = await page.evaluate(() => navigator.clipboard.readText())
  expect(report).toMatch(`To the operator of ${entity.id}`)
  expect(report).toMatch(`The entity must add ${admin.entityId}.`)
  expect(report).toMatch(`authority_hints must name: ${admin.entityId}`)
  await page.getByText('12 checks passed').click()
  await page.getByText('It is signed with the entity’s own keys').waitFor()
  expect(complaints).toEqual([])
})

test('one button checks the identifier that was meant', async () => {
  await check(`${entity.id}/`)
  const offer = page.getByRole('note').filter({ hasText: 'Is it another identifier?' })
  await offer.getByText(`The entity says that it is ${entity.id}.`).waitFor()
  expect(await violations(page)).toEqual([])
  await offer.getByRole('link', { name: 'Check this identifier' }).click()
  await page.getByText('1 check failed.').waitFor()
  await expect.poll(() => page.getByLabel('Entity Identifier').inputValue()).toBe(entity.id)
  expect(await offer.count()).toBe(0)
  expect(complaints).toEqual([])
})

test('an identifier that the form refuses is corrected too', async () => {
  await check(` ${entity.id}#top `)
  await page.getByText('An Entity Identifier has no fragment (#).').waitFor()
  await page.getByRole('link', { name: 'Check this identifier' }).click()
  await page.getByText('1 check failed.').waitFor()
})

test('an entity that failed is checked every hour, and an alert says that it can be registered', async () => {
  await check(entity.id)
  await page.getByRole('button', { name: 'Try again every hour' }).click()
  await page.getByText('It is checked every hour.').waitFor()
  const list = page.getByRole('region', { name: 'Checked every hour' })
  await list.getByText(`The entity must add ${admin.entityId}.`).waitFor()

  entity.options.authorityHints = [admin.entityId]
  const { db } = admin.server
  await db.awaitedEntity.updateMany({ data: { examinedAt: new Date(Date.now() - 3_600_000) } })
  const context = admin.server as unknown as RunContext // the job uses these fields only
  expect(await examineAwaited(context, new AbortController().signal)).toEqual({ examined: 1, passing: 1 })

  await page.goto('/')
  await page.getByRole('link', { name: `${entity.id} passes all checks now. Register it.` }).click()
  await page.getByText('This entity can be registered').waitFor()
  // What was not run is open, and the keys are there to be compared.
  await page.getByText('13 checks passed, 2 were not run.').waitFor()
  await page.getByText('No keys were given to compare with.').waitFor()
  const thumbprints = page.getByRole('list', { name: 'Thumbprints of its keys' })
  expect(await thumbprints.getByRole('listitem').count()).toBe(entity.keys.keys.length)
  await page.getByText('say “not compared”').waitFor()
  await page.getByLabel('I have compared them').check()
  await page.getByText('say “compared”').waitFor()
  expect(await violations(page)).toEqual([])
  await list.getByText('Every check passes. You can register it.').waitFor()
  await page.getByRole('button', { name: 'Register subordinate' }).click()
  await page.getByText(`${entity.id} registered.`).waitFor()
  const parts = page.getByRole('navigation', { name: 'Parts of this subordinate' })
  await parts.getByRole('link', { name: 'Keys' }).click()
  await page.getByText('Keys compared: they are those that were obtained out of band.').waitFor()
  await page.goto('/subordinates/new')
  await page.getByLabel('Entity Identifier').waitFor()
  expect(await list.count()).toBe(0)
  expect(complaints).toEqual([])
})

test('keeps an open form while others change something', async () => {
  const other = await inTest(startEntity({ metadata: relyingParty, authorityHints: [admin.entityId] }))
  await check(other.id)
  await page.getByText('Options', { exact: true }).click()
  await page.getByLabel('Validity of the statement').fill('84')
  const again = page.waitForResponse(async (response) =>
    (await response.text().catch(() => '')).includes('"awaitedEntities"'),
  )
  await admin.mutate('awaitEntity', { entityId: 'http://127.0.0.1:2' }, 'id', 'admin')
  await again
  await page.getByLabel('Validity of the statement').waitFor()
  expect(await page.getByLabel('Validity of the statement').inputValue()).toBe('84')
})

test('a candidate can be dismissed', async () => {
  await admin.server.db.awaitedEntity.deleteMany()
  await check('http://127.0.0.1:1')
  await page.getByRole('button', { name: 'Try again every hour' }).click()
  const list = page.getByRole('region', { name: 'Checked every hour' })
  await list.getByRole('button', { name: 'Dismiss http://127.0.0.1:1' }).click()
  await list.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Try again every hour' }).waitFor()
  expect(await admin.server.db.awaitedEntity.count()).toBe(0)
  expect(complaints).toEqual([])
})
