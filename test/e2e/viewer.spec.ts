/** Tests the console for viewers: all pages, without actions that would be refused. */
import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { make as makeIn } from './make.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const ids: Record<'subordinate' | 'organization' | 'type' | 'mark', string> = {
  subordinate: '',
  organization: '',
  type: '',
  mark: '',
}

const admin = adminInFile()
const entity = memberInFile(admin)
beforeAll(async () => {
  const make = async (name: string, input: Record<string, unknown>) => (await makeIn(admin, name, input)).id
  const trustMarkType = `${admin.entityId}/member`
  ids.organization = await make('createOrganization', { name: 'Northern Library' })
  ids.subordinate = await make('registerSubordinate', {
    entityId: entity.id,
    organizationId: ids.organization,
  })
  ids.type = await make('createTrustMarkType', { type: trustMarkType, description: 'Member' })
  ids.mark = await make('issueTrustMark', { entityId: entity.id, trustMarkType })
})
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/', 'viewer'))
beforeEach(() => {
  complaints.length = 0
})

const operations =
  /^(Register|Edit|Renew|Announce|Invite|Switch|Retire|Re-issue|Revoke|Issue|Create|Admit|Remove|Deactivate|Reactivate|Save|Sign again|Republish|Select|(Approve|Return|Refuse) request|Send)/

/** Controls of the page that change something. */
async function offered(page: Page): Promise<string[]> {
  const main = page.getByRole('main')
  const found: string[] = []
  for (const role of ['button', 'link', 'checkbox'] as const) {
    found.push(...(await main.getByRole(role, { name: operations }).allTextContents()))
  }
  return found
}

const id = (name: keyof typeof ids) => encodeURIComponent(ids[name])

const readable: [what: string, path: () => string, text: string][] = [
  ['the list of subordinates', () => '/subordinates', 'Test Relying Party'],
  ['a subordinate', () => `/subordinates/${id('subordinate')}`, 'Statement expires'],
  ['its policy', () => `/subordinates/${id('subordinate')}/policy`, 'No policy is set'],
  ['its Trust Marks', () => `/subordinates/${id('subordinate')}/trust-marks`, 'Member'],
  ['the list of organizations', () => '/organizations', 'Northern Library'],
  ['an organization', () => `/organizations/${id('organization')}`, '1 member in this anchor.'],
  ['the list of requests', () => '/requests', 'No open requests'],
  ['the list of Trust Marks', () => '/trust-marks', 'renewed automatically'],
  ['a Trust Mark', () => `/trust-marks/${id('mark')}`, 'The current mark'],
  ['the list of types', () => '/trust-marks/types', 'Member'],
  ['a type', () => `/trust-marks/types/${id('type')}`, 'Marks of this type'],
  ['the settings', () => '/settings', 'Signs with'],
  ['the endpoints', () => '/settings/endpoints', 'open to all'],
  ['the publication', () => '/settings/publication', 'As published'],
  ['the anchors', () => '/administration', 'Members'],
  [
    'the protection',
    () => '/administration/protection',
    'Administrators of the installation can change this.',
  ],
  ['the policy of the federation', () => '/settings/policy', 'No policy is set'],
  ['the keys', () => '/settings/keys', 'Published keys'],
]

test.each(readable)('%s shows no action that would be refused', async (_what, path, text) => {
  await page.goto(path())
  await page.getByRole('main').getByText(text).first().waitFor()
  expect(await offered(page)).toEqual([])
  expect(complaints).toEqual([])
})

const forbidden: [what: string, path: () => string][] = [
  ['registering a subordinate', () => '/subordinates/new'],
  ['editing a subordinate', () => `/subordinates/${id('subordinate')}/edit`],
  ['creating an organization', () => '/organizations/new'],
  ['editing an organization', () => `/organizations/${id('organization')}/edit`],
  ['issuing a Trust Mark', () => '/trust-marks/new'],
  ['editing a Trust Mark', () => `/trust-marks/${id('mark')}/edit`],
  ['creating a type', () => '/trust-marks/types/new'],
  ['editing a type', () => `/trust-marks/types/${id('type')}/edit`],
  ['editing the settings', () => '/settings/edit'],
  ['the users', () => '/administration/users'],
  ['the API keys', () => '/administration/api-keys'],
  ['the webhooks', () => '/administration/webhooks'],
  ['the e-mails', () => '/administration/mail'],
]

test.each(forbidden)('%s by its address shows the reason of the refusal', async (_what, path) => {
  await page.goto(path())
  await page.getByRole('heading', { name: 'No right to do this' }).waitFor()
})
