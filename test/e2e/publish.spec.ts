/** Tests an operator's tasks in the console, and their results at the public endpoints. */
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { openPage, signIn } from '#test/helpers/browser.ts'
import { announceExport } from '#test/helpers/exported.ts'
import { eventually } from '#test/helpers/product.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { fetchVerified, keysIn } from '#test/product/verify.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const TYPE = 'entity-statement+jwt'

const admin = adminInFile()
const entity = memberInFile(admin)

async function inspect(page: Page, entityId: string): Promise<void> {
  await page.getByRole('link', { name: 'Subordinates', exact: true }).first().click()
  await page
    .getByRole('link', { name: /^Register/ })
    .first()
    .click()
  await page.getByLabel('Entity Identifier').fill(entityId)
  await page.getByRole('button', { name: 'Check' }).click()
}

const { page, complaints } = pageInFile(() => openSignedIn(admin, '/'))

const list = async () => (await fetch(`${admin.entityId}/list`)).json()

test('refuses a wrong password at the field', async () => {
  const { page } = await openPage(admin.adminUrl)
  await page.goto('/subordinates')
  await signIn(page, 'admin', 'not the right one')
  await page.getByRole('alert').filter({ hasText: 'Wrong username or password' }).waitFor()
  await expect.poll(() => page.getByLabel('Password').getAttribute('aria-invalid')).toBe('true')
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  await page.context().close()
})

test('shows a refused entity with the reason, and registers nothing', async () => {
  entity.misbehave('no authority hint')
  onTestFinished(() => entity.misbehave(undefined))
  await inspect(page, entity.id)
  await page.getByText('cannot be registered').waitFor()
  const reason = page.getByRole('listitem').filter({ hasText: 'names this Trust Anchor as its superior' })
  await expect.poll(() => reason.textContent()).toMatch(RegExp(`Failed[\\s\\S]*must add ${admin.entityId}`))
  expect(await page.getByRole('button', { name: 'Register subordinate' }).count()).toBe(0)
  expect(await list()).toEqual([])
  expect(complaints).toEqual([])
})

test('says for how long the exported files answer without the installation', async () => {
  await page.goto('/settings/publication')
  await page.getByText('Nothing is exported').waitFor()
  const now = Math.floor(Date.now() / 1000)
  const [first, then] = [now + 6 * 86_400 + 4.5 * 3600, now + 13 * 86_400]
  await announceExport(admin, now, {
    entity_configuration: [1, then],
    fetch: [3_120, first],
    list: [11, null],
  })
  await page.reload()
  await page.getByText('Answered for 6 days 4 hours without this installation').waitFor()
  const row = page.getByRole('table', { name: 'Exported files by kind' }).getByRole('row').nth(1)
  expect(await row.textContent()).toMatch(/Subordinate Statements\s*Raise the validity.*3,120\s*in 6 days/)
  expect(complaints).toEqual([])
})

test('checks, registers, publishes and deactivates an entity', async () => {
  await inspect(page, entity.id)
  await page.getByText('This entity can be registered').waitFor()
  await page.getByRole('button', { name: 'Preview the statement' }).click()
  await page.getByText('Its metadata would resolve').waitFor()
  await page.getByRole('button', { name: 'Register subordinate' }).click()
  await page.getByRole('heading', { level: 1, name: 'Test Relying Party' }).waitFor()
  await page.getByText('Published', { exact: true }).waitFor()

  expect(await list()).toEqual([entity.id])
  const { jwt: configuration } = await fetchVerified(`${admin.entityId}/.well-known/openid-federation`, {
    keys: keysIn(await (await fetch(`${admin.entityId}/.well-known/openid-federation`)).text()),
    type: TYPE,
  })
  const { claims, jwt } = await fetchVerified(`${admin.entityId}/fetch?sub=${entity.id}`, {
    keys: keysIn(configuration),
    type: TYPE,
  })
  expect(claims).toMatchObject({ iss: admin.entityId, sub: entity.id, jwks: entity.keys })
  await page.getByRole('link', { name: 'Statement', exact: true }).click()
  await page.getByText(String(jwt.split('.')[2])).waitFor() // the page shows the published signature

  await page.getByRole('link', { name: 'Overview' }).click()
  await page.getByRole('button', { name: 'Deactivate' }).click()
  await page
    .getByRole('alertdialog')
    .getByRole('button', { name: /^Deactivate/ })
    .click()
  await page.getByText('Inactive', { exact: true }).first().waitFor()
  await eventually(async () => expect(await list()).toEqual([]))
  expect((await fetch(`${admin.entityId}/fetch?sub=${entity.id}`)).status).toBe(404)
  expect(complaints).toEqual([])
})
