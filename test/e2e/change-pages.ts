/** The pages of approvals, and what two administrators do there. */
import type { Page } from 'playwright-core'
import { addVirtualAuthenticator } from '#test/helpers/virtual-authenticator.ts'

export const main = (page: Page) => page.getByRole('main')
export const heading = (page: Page, name: string) =>
  page.getByRole('heading', { level: 1, name, exact: true })
export const button = (page: Page, name: string) => main(page).getByRole('button', { name, exact: true })
export const operation = (page: Page, name: string) => main(page).getByRole('checkbox', { name, exact: true })
export const question = (page: Page) => page.getByRole('alertdialog')
export const rows = (page: Page) => main(page).getByRole('table', { name: 'approvals' }).locator('tbody tr')

export async function addPasskey(page: Page): Promise<void> {
  await addVirtualAuthenticator(page)
  await page.goto('/account')
  await button(page, 'Add a passkey').click()
  await page.getByRole('dialog').getByLabel('Name').fill('key')
  await page.getByRole('dialog').getByRole('button', { name: 'Add passkey' }).click()
  await page.getByText('Passkey: key').waitFor()
}

export const policyOf = (name: string) => ({
  openid_relying_party: { policy_uri: { default: `https://ta.example/${name}` } },
})

/** Types the policy as JSON, and saves it. */
export async function savePolicy(page: Page, policy: object): Promise<void> {
  await page.goto('/settings/policy')
  await page.getByRole('textbox', { name: 'Metadata policy' }).click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(JSON.stringify(policy))
  await button(page, 'Save…').click()
  await question(page).getByRole('button', { name: 'Save and publish' }).click()
}

/** The approval of a policy, on the page of it. */
export async function request(page: Page, policy: object): Promise<void> {
  await savePolicy(page, policy)
  await question(page).getByRole('link', { name: 'See the approval.' }).click()
  await heading(page, 'Change the metadata policy').waitFor()
}

export async function openNewest(page: Page, name: string, title = name): Promise<void> {
  await page.goto('/requests/approvals')
  await rows(page).first().getByRole('link', { name }).click()
  await heading(page, title).waitFor()
}

/** Says why, on the page of one's own approval. */
export async function giveReason(page: Page, text: string): Promise<void> {
  await main(page).getByLabel('Reason').fill(text)
  await button(page, 'Add the reason').click()
  await page.getByText('Reason added.').waitFor()
}
