/** Defines the screenshots, and how to reach each. */
import type { Page } from 'playwright-core'

export type Look = 'light' | 'dark' | 'phone'

export type Place = {
  /** Light by default. */
  looks?: readonly Look[]
  reach: (page: Page) => Promise<unknown>
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name }).first().waitFor()

/** The list stands where the answer of the server does. */
export const list = (path: string, text: string) => async (page: Page) => {
  await page.goto(path)
  // The options of a closed select are in the page too, but hidden.
  await page.getByRole('main').getByText(text).filter({ visible: true }).first().waitFor()
}

export const open = (path: string, link: string) => async (page: Page) => {
  await page.goto(path)
  await page.getByRole('main').getByRole('link', { name: link }).first().click()
  await page.getByRole('heading', { level: 1, name: link }).waitFor()
}

/** All entities are registered, so what registers one removes it first. */
async function remove(page: Page, name: string): Promise<void> {
  await open('/a/main/subordinates', name)(page)
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click()
  await page.waitForURL('**/subordinates')
}

async function registering(page: Page): Promise<void> {
  await remove(page, 'Grid computing desk')
  await page.goto('/subordinates/new')
  await page.getByLabel('Entity Identifier').fill('http://localhost:9106')
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText('This entity can be registered').waitFor()
}

/** Two rules that affect members, not saved. */
async function policy(page: Page): Promise<void> {
  await page.goto('/settings/policy')
  await page.getByRole('textbox', { name: 'Metadata policy' }).fill(
    JSON.stringify(
      {
        openid_relying_party: {
          contacts: { add: ['federation@example.org'] },
          grant_types: { subset_of: ['authorization_code'] },
        },
      },
      null,
      2,
    ),
  )
  await page.getByRole('button', { name: 'Show the effect' }).click()
  await page
    .getByText(/\d+ changes?\./)
    .first()
    .waitFor()
}

async function explorer(page: Page): Promise<void> {
  await page.goto(`/explorer?entity=${encodeURIComponent('http://localhost:9108')}`)
  await heading(page, 'It resolves')
}

/** A policy that no identity provider of the demonstration satisfies. */
async function failedExplorer(page: Page): Promise<void> {
  await page.goto('/settings/policy')
  const rule = { openid_provider: { scopes_supported: { superset_of: ['eduperson'] } } }
  await page.getByRole('textbox', { name: 'Metadata policy' }).fill(JSON.stringify(rule, null, 2))
  await page.getByRole('button', { name: 'Save…' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Save and publish' }).click()
  await page.getByText('Policy saved').waitFor()
  await page.goto(`/explorer?entity=${encodeURIComponent('http://localhost:9101')}`)
  await heading(page, 'It does not resolve')
}

/** One of those that the policy above breaks. */
async function unresolvable(page: Page): Promise<void> {
  await page.goto('/subordinates?state=DOES_NOT_RESOLVE')
  await page.getByRole('table').locator('tbody').getByRole('link').first().click()
  await page.getByText('See its Trust Chain in the explorer').waitFor()
}

async function revoking(page: Page): Promise<void> {
  await page.goto('/settings/keys')
  await page.getByRole('table', { name: 'Published keys' }).getByRole('button', { name: 'Revoke…' }).click()
  await page.getByRole('alertdialog').getByLabel('Reason').waitFor()
}

async function rollover(page: Page): Promise<void> {
  await page.goto('/settings/keys')
  await page.getByRole('button', { name: 'Announce a key' }).click()
  await page.getByRole('dialog').getByLabel('Algorithm').selectOption('ES256')
  await page.getByRole('button', { name: 'Make and announce it' }).click()
  await page.getByText('Not safe yet', { exact: true }).waitFor()
  // Shown again from the top, without the toast.
  await list('/', 'Recently registered')(page)
  await list('/settings/keys', 'Not safe yet')(page)
}

async function palette(page: Page): Promise<void> {
  await page.goto('/')
  await heading(page, 'Dashboard')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Find a screen' }).fill('li')
  await page.getByRole('option', { name: 'Library portal' }).waitFor()
}

async function newAnchor(page: Page): Promise<void> {
  await page.goto('/administration/new')
  await page.getByRole('main').getByLabel('Name', { exact: true }).fill('Health sector')
  await page.getByLabel('Environment').selectOption('PRODUCTION')
  await page.getByLabel('Teal').check()
  await page.getByLabel('Entity Identifier').fill('https://ta.example.org/health')
}

async function promotion(page: Page): Promise<void> {
  await remove(page, 'Library portal')
  await page.goto('/a/test/subordinates')
  await page.getByLabel('Select all on this page').check()
  await page.getByRole('button', { name: 'Promote…' }).click()
  await page.getByLabel('To anchor').selectOption('main')
  await page.getByRole('button', { name: 'Show what would happen' }).click()
  await page.getByRole('dialog').getByRole('region', { name: 'Effect on members' }).waitFor()
}

async function intermediate(page: Page): Promise<void> {
  await page.goto('/administration')
  await page.getByRole('button', { name: 'What to do with Test federation' }).click()
  await page.getByRole('menuitem', { name: 'Make Intermediate' }).click()
  await page.getByLabel('Superior').selectOption('main')
  await page.getByRole('dialog').getByText('in its authority hints').waitFor()
}

async function switcher(page: Page): Promise<void> {
  await list('/', 'Recently registered')(page)
  await page.getByRole('banner').getByRole('button', { name: 'Anchor:' }).click()
  await page
    .getByRole('menuitem', { name: 'Test federation' })
    .getByText(/alert|warning|critical/)
    .waitFor()
}

/** In this order: the last ones change what the others show. */
export const places: Readonly<Record<string, Place>> = {
  dashboard: { looks: ['light', 'dark', 'phone'], reach: list('/', 'Recently registered') },
  subordinates: { looks: ['light', 'phone'], reach: list('/subordinates', 'Library portal') },
  subordinate: { reach: open('/subordinates', 'Library portal') },
  organizations: { looks: ['light', 'phone'], reach: list('/organizations', 'University of Lindholm') },
  organization: { reach: open('/organizations', 'University of Lindholm') },
  requests: { reach: list('/requests', 'University of Lindholm') },
  request: {
    async reach(page) {
      await page.goto('/requests')
      await page.getByRole('table').locator('tbody').getByRole('link').first().click()
      await page.getByText('We release names').first().waitFor()
    },
  },
  'trust-marks': { reach: list('/trust-marks', 'renewed automatically') },
  'trust-mark': {
    async reach(page) {
      await page.goto('/trust-marks')
      const row = page.getByRole('row').filter({ hasText: 'localhost:9103' }).first()
      await row.getByRole('link').click()
      await heading(page, 'The current mark')
    },
  },
  'trust-mark-types': { reach: list('/trust-marks/types', 'Has signed') },
  activity: { reach: list('/activity', 'Succeeded') },
  settings: { looks: ['light', 'phone'], reach: list('/settings', 'Signs with') },
  publication: { reach: list('/settings/publication', 'As published') },
  policy: { reach: policy },
  keys: { reach: list('/settings/keys', 'Keys') },
  explorer: { looks: ['light', 'dark'], reach: explorer },
  collection: { looks: ['light', 'phone'], reach: list('/explorer/collection', 'Patient portal') },
  audit: { reach: list('/audit', 'Subordinate registered') },
  users: { reach: list('/administration/users', 'admin') },
  'api-keys': { reach: list('/administration/api-keys', 'demo') },
  account: { reach: list('/account', 'Your sessions') },
  palette: { looks: ['light', 'dark'], reach: palette },
  revoke: { reach: revoking },
  rollover: { reach: rollover },
  register: { reach: registering },
  'explorer-failed': { reach: failedExplorer },
  'needs-attention': { reach: list('/', 'not resolve.') },
  'does-not-resolve': { reach: list('/subordinates?state=DOES_NOT_RESOLVE', 'Does not resolve') },
  problem: { reach: unresolvable },
  anchors: { looks: ['light', 'phone'], reach: list('/administration', 'Test federation') },
  'new-anchor': { reach: newAnchor },
  promotion: { reach: promotion },
  'make-intermediate': { reach: intermediate },
  switcher: { reach: switcher },
}
