/** Tests that a refused form shows why, where the user looks: the focus is there, in the window, under nothing. */
import type { Locator } from 'playwright-core'
import { expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { journey } from '#test/helpers/journey.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
const { page, dialog } = pageInFile(() => openSignedIn(admin, '/'))

/** Whether the middle of an element is in the window and nothing lies above it. */
const isSeen = (place: Locator) =>
  place.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect()
    const above = document.elementFromPoint(left + width / 2, top + height / 2)
    return above !== null && element.contains(above)
  })
const hasFocus = (place: Locator) => place.evaluate((element) => element === document.activeElement)

async function expectAt(place: Locator): Promise<void> {
  await expect.poll(() => hasFocus(place)).toBe(true)
  expect(await isSeen(place)).toBe(true)
}

const refusal = () => page.locator('[data-refusal]')
const field = (label: string) => page.getByLabel(label, { exact: true })
const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

journey('a refused form leads to what is wrong', (step) => {
  step('a wrong field gets the focus, and the bar says why', async () => {
    await page.goto('/settings/edit')
    await field('Days of the audit log').fill('3')
    await page.evaluate(() => scrollTo(0, 0))
    await press('Save')
    await expectAt(field('Days of the audit log'))
    await expect.poll(() => refusal().textContent()).toContain('Days of the audit log:')
    expect(await isSeen(refusal())).toBe(true)
    expect(await violations(page)).toEqual([])
    await press('Discard')
  })

  step("another administrator's change can be taken over where the conflict is shown", async () => {
    await field('Organization name').fill('Mine')
    await admin.mutate('updateTrustAnchor', { runRetentionDays: 77 }, 'version', 'admin')
    await press('Save')
    await expectAt(refusal())
    const take = page.getByRole('button', { name: 'Take their changes and keep mine' })
    expect(await isSeen(take)).toBe(true)
    expect(await violations(page)).toEqual([])
    await take.click()
    await refusal().waitFor({ state: 'detached' })
  })

  step('without a connection the form says so, and keeps its input', async () => {
    await page.context().setOffline(true)
    try {
      await press('Save')
      await expectAt(refusal())
      await expect.poll(() => refusal().textContent()).toContain('The server cannot be reached.')
    } finally {
      await page.context().setOffline(false)
    }
    await expect.poll(() => field('Organization name').inputValue()).toBe('Mine')
    await press('Save')
    await page.waitForURL('/settings')
  })

  step('a short form shows a refusal at its field, or else as a whole', async () => {
    await page.goto('/administration/users')
    await press('Create a user')
    await field('Username').fill('viewer')
    await field('First password').fill('long enough for these tests')
    await dialog().getByRole('button', { name: 'Create user' }).click()
    await expectAt(field('Username'))

    await page.goto('/administration/api-keys')
    await press('Create an API key')
    await field('Name').fill('script')
    await field('Owner').fill('nobody')
    await dialog().getByRole('button', { name: 'Create key' }).click()
    await expectAt(refusal())
  })

  step('a fault in the policy gets the focus', async () => {
    await page.goto('/settings/policy')
    await page.getByRole('textbox', { name: 'Metadata policy' }).click()
    await page.keyboard.insertText('{"openid_relying_party": {"scope": {"one_of": 5}}}')
    await press('Save…')
    await expect.poll(() => refusal().textContent()).toContain('Fix the errors')
    expect(await isSeen(refusal())).toBe(true)
    const focused = () => page.evaluate(() => document.activeElement?.closest('[data-fault]') !== null)
    await expect.poll(focused).toBe(true)
  })
})
