/** Tests the console for viewers: all pages, without actions that would be refused. */
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
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

const readable: [path: () => string, text: string][] = [
  [() => '/subordinates', 'Test Relying Party'],
  [() => `/subordinates/${id('subordinate')}`, 'Statement expires'],
  [() => `/subordinates/${id('subordinate')}/policy`, 'No policy is set'],
  [() => '/organizations', 'Northern Library'],
  [() => `/organizations/${id('organization')}`, '1 member in this anchor.'],
  [() => `/trust-marks/${id('mark')}`, 'The current mark'],
  [() => '/trust-marks/types', 'Member'],
  [() => '/settings/endpoints', 'open to all'],
  [() => '/settings/publication', 'As published'],
  [() => '/administration', 'Members'],
  [() => '/administration/protection', 'Administrators of the installation can change this.'],
  [() => '/settings/keys', 'Published keys'],
]

test('no page shows an action that would be refused', async () => {
  for (const [path, text] of readable) {
    await page.goto(path())
    await page.getByRole('main').getByText(text).first().waitFor()
    expect(await offered(page), path()).toEqual([])
  }
  expect(complaints).toEqual([])
})

test('forms, and lists of administrators, by their addresses show the reason of the refusal', async () => {
  const forms = ['/subordinates/new', '/organizations/new', `/trust-marks/types/${id('type')}/edit`]
  const lists = ['/administration/users', '/administration/mail', '/administration/webhooks']
  for (const path of [...forms, '/settings/edit', ...lists]) {
    await page.goto(path)
    await page.getByRole('heading', { name: 'No right to do this' }).waitFor()
  }
})
