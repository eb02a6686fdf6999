/** Tests the history: an earlier policy and earlier settings of a subordinate are restored as new changes. */
import { decodeJwt } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { validityOf } from '#server/publish/spread.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { eventually } from '#test/helpers/product.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { make } from './make.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

let id: string

const admin = adminInFile()
const entity = memberInFile(admin)
beforeAll(async () => {
  const input = { entityId: entity.id, validFor: 12 }
  const registered = await make(admin, 'registerSubordinate', input, 'id')
  id = registered.id
})
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/'))

/** The public statement about the subordinate. */
async function statement() {
  const response = await admin.get('/fetch', { sub: entity.id })
  return decodeJwt(await response.text())
}

/** The subordinate has no contacts. */
const strict = { openid_relying_party: { contacts: { essential: true } } }
const lax = { openid_relying_party: { contacts: { essential: false } } }

test('restores an earlier policy after its difference was shown, and publishes it', async () => {
  await make(admin, 'updateFederationPolicy', { metadataPolicy: strict }, 'version')
  await make(admin, 'updateFederationPolicy', { metadataPolicy: lax }, 'version')
  await eventually(async () => expect(await statement()).toMatchObject({ metadata_policy: lax }))
  await page.goto('/settings/policy')
  await page.getByRole('link', { name: 'History' }).click()
  const entries = page.getByRole('list', { name: 'entries' }).getByRole('listitem')
  await entries.nth(1).getByRole('button', { name: 'Restore this version…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('row').filter({ hasText: 'essential' }).getByText('true').waitFor()
  await dialog.getByText('Would no longer resolve').waitFor()
  await dialog.getByLabel('Reason').fill('Logins failed.')
  await dialog.getByRole('button', { name: 'Restore this version' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await entries.first().getByText('Logins failed.').waitFor()
  await eventually(async () => expect(await statement()).toMatchObject({ metadata_policy: strict }))
  expect(complaints).toEqual([])
})

test('undoes the latest change of a subordinate', async () => {
  await make(admin, 'updateSubordinate', { id, validFor: 48 }, 'id')
  await page.goto(`/subordinates/${encodeURIComponent(id)}/history`)
  await page.getByRole('button', { name: 'Restore this version…' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('row').filter({ hasText: 'validFor' }).getByText('12').waitFor()
  await expect.poll(() => dialog.getByLabel('As it was before this change').isChecked()).toBe(true)
  await dialog.getByRole('button', { name: 'Restore this version' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await eventually(async () => {
    const { iat = 0, exp = 0 } = await statement()
    expect(validityOf(entity.id, exp - iat)).toBe(12)
  })
  expect(complaints).toEqual([])
})
