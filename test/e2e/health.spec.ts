/** Tests what the console says when a policy breaks one of three hundred subordinates, and when it is taken back. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { journey } from '#test/helpers/journey.ts'
import { type ManyEntities, registerMany } from '#test/helpers/many-entities.ts'
import { readMetrics } from '#test/helpers/metrics.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const COUNT = 300

let entities: ManyEntities
let odd: string

const admin = adminInFile({}, { metricsPort: 0 })
beforeAll(async () => {
  const { db } = admin.server
  entities = await registerMany(db, admin.entityId, COUNT)
  odd = String(entities.ids[242])
  const entityConfiguration = await entities.configuration(odd, 'The odd one')
  await db.subordinate.update({
    where: { entityId: odd },
    data: { entityConfiguration, displayName: 'The odd one' },
  })
  await db.schedule.updateMany({ data: { enabled: true, cron: '0 0 1 1 *' } })
})
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/'))
afterAll(() => entities.close())

const unresolvable = async () => {
  const { values } = await readMetrics(admin.server.metricsUrl)
  return values('inmor_subordinates', { state: 'does_not_resolve' })
}

async function savePolicy(page: Page, policy: object) {
  await page.goto('/settings/policy')
  const editor = page.getByRole('textbox', { name: 'Metadata policy' })
  await editor.click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(JSON.stringify(policy))
  await page.getByRole('button', { name: 'Save…' }).click()
  const question = page.getByRole('alertdialog')
  await question.getByText('1 subordinate would no longer resolve').waitFor()
  await question.getByRole('button', { name: 'Save and publish' }).click()
  await question.waitFor({ state: 'detached' })
}

journey('a policy breaks one of three hundred subordinates, and is taken back', (step) => {
  step(
    'the dashboard, the list, the page of the member and the metric say that it does not resolve',
    async () => {
      await savePolicy(page, { openid_relying_party: { client_name: { one_of: ['Registered'] } } })
      await page.goto('/')
      const alert = page.getByRole('link', { name: /^The odd one does not resolve\./ })
      await alert.waitFor({ timeout: 60_000 })
      expect(await unresolvable()).toEqual([1])

      // One cause instead of its cases, and no member is called active that others refuse.
      const causes = page.getByRole('region', { name: 'Causes of problems' })
      await causes.getByRole('link', { name: /^Refused by the metadata policy\s+1 subordinate/ }).waitFor()
      await page.getByText('299 active').waitFor()
      expect(await violations(page)).toEqual([])
      await page.getByRole('link', { name: '1 with a problem' }).click()
      await page.waitForURL('/subordinates?state=PROBLEM')
      const rules = page.getByRole('navigation', { name: 'Rule at fault' })
      await rules.getByRole('link', { name: 'Refused by the metadata policy 1' }).click()
      await page.waitForURL(/problem=METADATA_POLICY/)
      await page
        .getByRole('row')
        .filter({ hasText: 'The odd one' })
        .getByText('Refused by the metadata policy')
        .waitFor()
      expect(await violations(page)).toEqual([])

      await page.goto('/')
      await alert.click()
      const notice = page.getByRole('alert').filter({ hasText: 'Does not resolve' })
      await notice.getByText(/client_name/).waitFor()
      await notice.getByText('§6.1').waitFor()
      const explorer = notice.getByRole('link', { name: 'See its Trust Chain in the explorer' })
      await expect.poll(() => explorer.getAttribute('href')).toContain(encodeURIComponent(odd))
      expect(complaints).toEqual([])
    },
  )

  step('an acknowledged alert is put below', async () => {
    await page.goto('/')
    const item = page.getByRole('listitem').filter({ hasText: 'The odd one does not resolve' })
    await item.getByRole('button', { name: 'Acknowledge' }).click()
    await page.getByText(/acknowledged or put aside/).click()
    await item.getByText('acknowledged by admin').waitFor()
  })

  step('all is well again when the policy is taken back from history', async () => {
    await page.goto('/settings/policy')
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByRole('button', { name: 'Restore this version…' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('As it was before this change').check()
    await dialog.getByRole('button', { name: 'Restore this version' }).click()
    await dialog.waitFor({ state: 'hidden' })
    // The gauges are kept for fifteen seconds, and an evaluation that runs ends first.
    await expect.poll(unresolvable, { timeout: 60_000 }).toEqual([0])
    await page.goto('/')
    await page.getByRole('heading', { name: 'Needs attention' }).waitFor()
    await page.getByText('does not resolve').first().waitFor({ state: 'hidden' })
    await page.goto('/subordinates?state=DOES_NOT_RESOLVE')
    await page.getByText('No subordinate matches').waitFor()
    expect(complaints).toEqual([])
  })
})
