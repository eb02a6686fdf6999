/** Lists states of console pages that no link leads to. */
import type { Page } from 'playwright-core'
import type { Entities, State } from './state.ts'
import { subordinateStates } from './subordinate-state.ts'

async function crawl(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Crawl now' }).click()
  await page.getByRole('cell', { name: 'Test Relying Party' }).waitFor()
  await page.getByRole('button', { name: 'Crawl now', disabled: false }).waitFor()
}

/** Unless an earlier state has announced one: there is one next key at most. */
async function announceKey(page: Page): Promise<void> {
  const begin = page.getByRole('button', { name: 'Announce a key' })
  const waiting = page.getByRole('progressbar', { name: 'Waiting until caches have the key' })
  await begin.or(waiting).first().waitFor()
  if ((await waiting.count()) === 0) {
    await begin.click()
    await page.getByRole('button', { name: 'Make and announce it' }).click()
  }
  await waiting.waitFor()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
}

export const states: readonly State[] = [
  {
    what: 'an inspection with its options open',
    path: ({ candidate }) => `/subordinates/new?entity=${candidate}`,
    async reach(page) {
      await page.getByText('This entity can be registered').waitFor()
      await page.getByText('Options', { exact: true }).click()
      await page.getByLabel('Publish at once').waitFor()
    },
  },
  {
    what: 'a failed inspection',
    path: () => '/subordinates/new?entity=http://127.0.0.1:1',
    reach: (page) => page.getByText('cannot be registered').waitFor(),
  },
  {
    what: 'a webhook for some events, and its fault',
    path: () => '/administration/webhooks/new',
    async reach(page) {
      await page.getByLabel('URL', { exact: true }).fill('no address')
      await page.getByRole('radio', { name: 'Only these events' }).check()
      await page.getByRole('checkbox', { name: 'Subordinate registered' }).check()
      await page.getByRole('button', { name: 'Create webhook' }).click()
      await page.getByRole('main').getByRole('alert').waitFor()
    },
  },
  {
    what: 'a search without a match',
    path: () => '/subordinates?q=nobody',
    reach: (page) => page.getByText('No subordinate matches').waitFor(),
  },
  {
    what: 'a form with a contact, and its fault',
    path: () => '/organizations/new',
    async reach(page) {
      await page.getByRole('main').getByLabel('Name', { exact: true }).fill('Northern Archive')
      await page.getByRole('button', { name: 'Add a contact' }).click()
      await page.getByLabel('E-mail address').fill('archive')
      await page.getByRole('button', { name: 'Create organization' }).click()
      await page.getByText('This is not an e-mail address.').waitFor()
    },
  },
  {
    what: 'a question before an organization is removed',
    path: () => '/organizations',
    async reach(page) {
      await page.getByRole('main').getByRole('link', { name: 'Northern Library' }).click()
      await page.getByRole('button', { name: 'Remove…' }).click()
      await page.getByRole('alertdialog').waitFor()
    },
    part: '[role=alertdialog]',
  },
  ...['graph', 'list'].map((show) => ({
    what: `the explorer with its ${show}`,
    everyLook: true as const,
    path: ({ registered }: Entities) => `/explorer?entity=${registered}&show=${show}`,
    reach: (page: Page) =>
      page
        .getByRole('link', { name: / about / })
        .first()
        .waitFor(),
  })),
  {
    what: 'an entity that does not resolve',
    path: ({ candidate }) => `/explorer?entity=${candidate}`,
    reach: (page) => page.getByText('No path leads to the Trust Anchor').waitFor(),
  },
  {
    what: 'my account',
    path: () => '/account',
    reach: (page) => page.getByText('Your sessions').waitFor(),
  },
  {
    what: 'my notifications',
    path: () => '/account/notifications',
    reach: (page) => page.getByLabel('Requests of organizations').waitFor(),
  },
  {
    what: 'a short form above the page',
    path: () => '/administration/users',
    async reach(page) {
      await page.getByRole('button', { name: 'Create a user' }).click()
      await page.getByRole('dialog').waitFor()
    },
    part: '[role=dialog]',
  },
  ...['', 'test', 'nothing is called so'].map((typed) => ({
    what: `the palette after ${typed === '' ? 'nothing' : `“${typed}”`} was typed`,
    path: () => '/',
    async reach(page: Page) {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: 'Find a screen' }).fill(typed)
      await page
        .getByText(typed === 'test' ? 'Test Relying Party' : typed === '' ? 'Sign out' : 'No results.')
        .first()
        .waitFor()
    },
    part: '[role=dialog]',
  })),
  {
    what: 'the collection after a walk',
    everyLook: true,
    path: () => '/explorer/collection',
    reach: crawl,
  },
  ...['', 'nothing is called so'].map((typed) => ({
    what: `a picker after ${typed === '' ? 'nothing' : `“${typed}”`} was typed`,
    path: () => '/trust-marks/new',
    async reach(page: Page) {
      await page.getByRole('combobox', { name: 'Trust Mark type' }).click()
      await page.getByRole('combobox', { name: 'Trust Mark type' }).pressSequentially(typed)
      await page.getByRole('option', { name: typed === '' ? 'Has signed.' : 'No results' }).waitFor()
    },
  })),
  {
    what: 'an entity of the collection',
    path: () => '/explorer/collection',
    async reach(page) {
      await crawl(page)
      await page.getByRole('link', { name: 'Test Relying Party' }).click()
      await page.getByText('Display information').waitFor()
    },
  },
  {
    what: 'a question before a key is announced',
    everyLook: true,
    path: () => '/settings/keys',
    async reach(page) {
      await page.getByRole('button', { name: 'Announce a key' }).click()
      await page.getByRole('dialog').or(page.getByRole('alertdialog')).waitFor()
    },
    part: '[role=dialog], [role=alertdialog]',
  },
  {
    what: 'an anchor and the check of its address',
    path: () => '/administration/anchors/main',
    reach: (page) => page.getByText('Reachable', { exact: true }).waitFor(),
  },
  {
    what: 'a question before an anchor is paused',
    path: () => '/administration',
    async reach(page) {
      await page.getByRole('button', { name: 'What to do with' }).click()
      await page.getByRole('menuitem', { name: 'Pause anchor' }).click()
      await page.getByRole('alertdialog').waitFor()
    },
    part: '[role=alertdialog]',
  },
  {
    what: 'the menu of a phone',
    path: () => '/',
    async reach(page) {
      await page.setViewportSize({ width: 390, height: 844 })
      await page.getByRole('button', { name: 'Open the menu' }).click()
      await page.getByRole('dialog').getByRole('link', { name: 'Explorer' }).waitFor()
    },
    part: '[role=dialog]',
  },
  {
    what: 'a change that failed, in the audit log',
    path: () => '/audit?outcome=FAILED',
    reach: (page) => page.getByText('Tried to register subordinate').waitFor(),
  },
  {
    what: 'a question before a version is restored',
    path: () => '/audit?action=REGISTER_SUBORDINATE&outcome=SUCCEEDED',
    async reach(page) {
      await page.getByRole('button', { name: 'Restore this version…' }).first().click()
      await page.getByText('The present version is the same.').waitFor()
    },
    part: '[role=dialog]',
  },
  {
    what: 'a page that does not exist',
    path: () => '/nowhere',
    reach: (page) => page.getByText('Nothing here').waitFor(),
  },
  {
    what: 'a policy with a fault, in its form and its JSON',
    everyLook: true,
    path: () => '/settings/policy',
    async reach(page) {
      await page.getByLabel('Entity Type').fill('openid_provider')
      await page.getByRole('button', { name: 'Add' }).click()
      await page.getByLabel('Parameter of OpenID Provider').fill('scopes_supported')
      await page.getByLabel('Parameter of OpenID Provider').press('Enter')
      for (const operator of ['one_of', 'subset_of']) {
        await page.getByLabel('Add an operator to scopes_supported').selectOption(operator)
      }
      await page.getByText('exclude each other').first().waitFor()
    },
  },
  ...subordinateStates,
  {
    what: 'a key that is announced, and waits',
    path: () => '/settings/keys',
    reach: announceKey,
  },
  {
    what: 'a question before switching to a key too early',
    path: () => '/settings/keys',
    async reach(page) {
      await announceKey(page)
      await page.getByRole('button', { name: 'Switch now (unsafe)…' }).click()
      await page.getByRole('alertdialog').waitFor()
    },
    part: '[role=alertdialog]',
  },
]
