/** Lists states of the list of subordinates that no link leads to. */
import type { Page } from 'playwright-core'
import type { State } from './state.ts'

export const subordinateStates: readonly State[] = [
  {
    what: 'chosen subordinates',
    path: () => '/subordinates',
    async reach(page) {
      await page.getByLabel('Select all on this page').check()
      await page.getByText('1 subordinate selected').waitFor()
    },
  },
  ...['UPDATE', 'ISSUE_TRUST_MARK'].map((action) => ({
    what: `the form of a change of many subordinates: ${action}`,
    path: () => '/subordinates',
    async reach(page: Page) {
      await page.getByRole('button', { name: 'Change many…' }).click()
      await page.getByRole('dialog').getByLabel('A list that you paste').check()
      await page.getByLabel('Action').selectOption(action)
      const settings = [
        'Validity of the statement',
        'Renew automatically',
        'Required Trust Marks',
        'Organization',
      ]
      if (action === 'UPDATE') for (const name of settings) await page.getByLabel(`Change “${name}”`).check()
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).waitFor()
    },
    part: '[role=dialog]',
  })),
  {
    what: 'the plan of a change of many subordinates',
    path: () => '/subordinates',
    async reach(page) {
      await page.getByRole('button', { name: 'Change many…' }).click()
      await page.getByLabel('Action').selectOption('REMOVE')
      await page.getByRole('button', { name: 'Show what would happen' }).click()
      await page.getByText('1 to remove.').waitFor()
    },
    part: '[role=dialog]',
  },
  {
    what: 'a question before deactivating',
    path: () => '/subordinates',
    async reach(page) {
      await page.getByRole('main').getByRole('link', { name: 'Test Relying Party' }).click()
      await page.getByRole('button', { name: 'Deactivate' }).click()
      await page.getByRole('alertdialog').waitFor()
    },
    part: '[role=alertdialog]',
  },
]
