/** Defines the screenshots of the portal, and accepts the invitation to it. */
import type { Page } from 'playwright-core'
import { list, open, type Place } from './screenshot-places.ts'

/** Signs in as the invited person. */
export async function joinPortal(page: Page, invitation: string): Promise<void> {
  const password = 'the password of a person'
  await page.goto(invitation)
  for (const field of ['New password', 'Repeat the new password']) {
    await page.getByLabel(field, { exact: true }).fill(password)
  }
  await page.getByRole('button', { name: 'Set password and sign in' }).click()
  await page.getByRole('heading', { name: 'My entities' }).waitFor()
}

/** The administrator makes an organization without entities, and invites a person. Returns the link. */
export async function inviteBeginner(page: Page): Promise<string> {
  await page.goto('/a/main/organizations/new')
  await page.getByRole('main').getByLabel('Name', { exact: true }).fill('Northern Observatory')
  await page.getByRole('button', { name: 'Create organization' }).click()
  await page.getByRole('button', { name: 'Invite a person' }).click()
  await page.getByLabel('E-mail address').fill('stella@observatory.example')
  await page.getByRole('button', { name: 'Invite person' }).click()
  return (await page.getByTestId('invitation-link').textContent()) ?? ''
}

async function beginning(page: Page): Promise<void> {
  await page.goto('/portal')
  await page.getByLabel('Your Entity Identifier').fill('https://rp.observatory.example')
  await page.getByText('Example of an Entity Configuration').waitFor()
}

/** For a person of an organization without entities. */
export const beginnersPlaces: Readonly<Record<string, Place>> = {
  'portal-first-steps': { reach: beginning },
}

/** An entity of another anchor: it does not name this one. */
async function registering(page: Page): Promise<void> {
  await page.goto('/portal/register')
  await page.getByRole('main').getByLabel('Entity Identifier').fill('http://localhost:9105')
  await page.getByRole('button', { name: 'Send request' }).click()
  await page.getByText(/\d checks? failed/).waitFor()
}

async function checkingItself(page: Page): Promise<void> {
  await page.goto('http://localhost:8080/self_check?sub=http%3A%2F%2Flocalhost%3A9105')
  await page.getByText('It cannot be registered yet').waitFor()
}

async function asking(page: Page): Promise<void> {
  await open('/portal', 'Lindholm account')(page)
  await page.getByRole('button', { name: 'Ask for a Trust Mark…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog
    .getByLabel('Trust Mark type')
    .selectOption('http://localhost:8080/trust-marks/research-and-scholarship')
  await dialog
    .getByLabel('Message to the operators')
    .fill('We release names and addresses to research services.')
  await dialog.getByRole('button', { name: 'Send request' }).click()
  await page.getByText('We release names').first().waitFor()
}

/** In this order: the last one sends the request that the console shows. */
export const portalPlaces: Readonly<Record<string, Place>> = {
  portal: { looks: ['light', 'phone'], reach: list('/portal', 'Lindholm account') },
  'portal-entity': { reach: open('/portal', 'Lindholm account') },
  'portal-register': { reach: registering },
  'self-check': { reach: checkingItself },
  'portal-request': { reach: asking },
}
