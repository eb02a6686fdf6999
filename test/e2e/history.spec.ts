/** Tests the history: an earlier policy and earlier settings of a subordinate are restored as new changes. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { closePages, type Watched } from '#test/helpers/browser.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { eventually } from '#test/helpers/product.ts'
import { make } from './make.ts'
import { type Session, startSession } from './signed-in-console.ts'

let admin: TestAdmin
let entity: TestEntity
let id: string
let session: Session
let watched: Watched

beforeAll(async () => {
  admin = await startAdmin()
  entity = await startEntity({ authorityHints: [admin.entityId], metadata: relyingParty })
  const input = { entityId: entity.id, validFor: 12 }
  const registered = await make(admin, 'registerSubordinate', input, 'id')
  id = registered.id
  session = await startSession(admin)
})
beforeEach(async () => {
  watched = await session.open()
  return () => watched.page.close()
})
afterAll(async () => {
  await closePages()
  await entity.close()
  await admin.close()
})

/** The public statement about the subordinate. */
async function statement() {
  const response = await admin.get('/fetch', { sub: entity.id })
  return decodeJwt(await response.text())
}

/** The subordinate has no contacts. */
const strict = { openid_relying_party: { contacts: { essential: true } } }
const lax = { openid_relying_party: { contacts: { essential: false } } }

test('restores an earlier policy after its difference was shown, and publishes it', async () => {
  const { page, complaints } = watched
  await make(admin, 'updateFederationPolicy', { metadataPolicy: strict }, 'version')
  await make(admin, 'updateFederationPolicy', { metadataPolicy: lax }, 'version')
  await eventually(async () => expect(await statement()).toMatchObject({ metadata_policy: lax }))
  await page.goto('/settings/policy')
  await page.getByRole('link', { name: 'History' }).click()
  const entries = page.getByRole('list', { name: 'entries' }).getByRole('listitem')
  await entries.nth(1).getByRole('button', { name: 'Restore this version…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('row').filter({ hasText: 'essential' }).getByText('true').waitFor()
  await dialog.getByText('1 subordinate would no longer resolve').waitFor()
  await dialog.getByLabel('Reason').fill('Logins failed.')
  await dialog.getByRole('button', { name: 'Restore this version' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await entries.first().getByText('Logins failed.').waitFor()
  await eventually(async () => expect(await statement()).toMatchObject({ metadata_policy: strict }))
  expect(complaints).toEqual([])
})

test('undoes the latest change of a subordinate', async () => {
  const { page, complaints } = watched
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
    expect(exp - iat).toBe(12 * 3600)
  })
  expect(complaints).toEqual([])
})
