/** Tests the key rollover in the console, step by step, and an emergency revocation. */
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generateSigningKey } from '#core/keys.ts'
import { connectDatabase, type Database } from '#server/database/client.ts'
import { readRunning } from '#server/embedded/data-directory.ts'
import { writeNewKey } from '#store/key-directory.ts'
import type { Watched } from '#test/helpers/browser.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { connectAdmin, eventually, type Product, startProduct } from '#test/helpers/product.ts'
import { mutate } from '#test/product/mutation.ts'
import { openConsole } from './signed-in-console.ts'

let product: Product
let browser: Browser
let entity: TestEntity
let db: Database
let watched: Watched

beforeAll(async () => {
  product = await startProduct()
  const { installation, password } = product
  const admin = await connectAdmin(installation)
  entity = await startEntity({ authorityHints: [installation.federationUrl], metadata: relyingParty })
  await mutate(admin, 'registerSubordinate', { entityId: entity.id }, 'id')
  const type = `${installation.federationUrl}/marks/member`
  await mutate(admin, 'createTrustMarkType', { type }, 'id')
  await mutate(admin, 'issueTrustMark', { trustMarkType: type, entityId: entity.id }, 'id')
  const running = await readRunning(installation.dataDirectory)
  db = connectDatabase(running?.parts?.databaseUrl ?? '')
  ;({ browser, watched } = await openConsole(installation.adminUrl, password, '/keys'))
  await watched.page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
})
afterAll(async () => {
  await browser.close()
  await db.$disconnect()
  await entity.close()
  await product.stop()
})

/** The step of the sequence, by its heading. */
const step = (name: string) =>
  watched.page.getByRole('listitem').filter({ has: watched.page.getByRole('heading', { name }) })
const dialog = () => watched.page.getByRole('alertdialog')

async function publishedKids(): Promise<string[]> {
  const response = await fetch(`${product.installation.federationUrl}/.well-known/openid-federation`)
  const [, payload = ''] = (await response.text()).split('.')
  const { jwks } = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return jwks.keys.map(({ kid }: { kid: string }) => kid)
}

test('announces a key, and refuses an early switch with the reason', async () => {
  const { page, complaints } = watched
  await page.getByRole('button', { name: 'Announce a key' }).click()
  const algorithm = page.getByRole('dialog').getByLabel('Algorithm')
  await algorithm.selectOption('ML-DSA-65: post-quantum, recommended of its kind')
  await page.getByRole('status').filter({ hasText: 'Each signature has 4,412 characters' }).waitFor()
  await algorithm.selectOption('ES256')
  expect(await page.getByRole('dialog').getByText('Each signature has').count()).toBe(0)
  await page.getByRole('button', { name: 'Make and announce it' }).click()
  await step('Announce the next key').getByText('Done', { exact: true }).waitFor()
  await step('Switch to the new key').getByText('Not safe yet', { exact: true }).waitFor()
  await step('Wait until caches have it').getByText('The next step is safe').waitFor()
  await expect.poll(async () => (await publishedKids()).length).toBe(2)

  await page.getByRole('button', { name: 'Switch now (unsafe)…' }).click()
  await dialog().getByRole('button', { name: 'Switch now (unsafe)' }).click()
  await dialog()
    .getByRole('alert')
    .filter({ hasText: 'caches may hold an Entity Configuration without' })
    .waitFor()
  await dialog().getByRole('button', { name: 'Cancel' }).click()
  expect(complaints).toEqual([])
})

test('switches after the waiting time, re-signs the Trust Marks, and shows progress to the end', async () => {
  const { page, complaints } = watched
  // Simulates a day.
  await db.signingKey.updateMany({ where: { state: 'ANNOUNCED' }, data: { usableFrom: new Date() } })
  await page.reload()
  await page.getByRole('button', { name: 'Switch to it' }).click()
  await dialog().getByRole('button', { name: 'Switch' }).click()
  await page.getByRole('button', { name: 'Re-issue 1 Trust Mark' }).click()
  await step('Re-issue the Trust Marks').getByText('Succeeded', { exact: true }).waitFor()
  await step('Re-issue the Trust Marks').getByText('Done', { exact: true }).waitFor()
  expect(complaints).toEqual([])
})

test('retires the previous key only after confirmation while caches hold its signatures', async () => {
  const { page, complaints } = watched
  const [, before = ''] = await publishedKids()
  await page.getByRole('button', { name: 'Retire now (unsafe)…' }).click()
  await dialog().getByRole('button', { name: 'Retire' }).click()
  await dialog().getByRole('alert').filter({ hasText: 'caches may hold signatures of the key' }).waitFor()
  await dialog().getByRole('checkbox').check()
  await dialog().getByRole('button', { name: 'Retire' }).click()
  await page.getByRole('table', { name: 'Historical keys' }).getByText('Retired').waitFor()
  await page.getByRole('table', { name: 'Historical keys' }).getByText(before).waitFor()
  await expect.poll(publishedKids).not.toContain(before)
  expect(complaints).toEqual([])
})

test('revokes the current key only as an emergency', async () => {
  const { page, complaints } = watched
  const [stolen = ''] = await publishedKids()
  await page.getByRole('table', { name: 'Published keys' }).getByRole('button', { name: 'Revoke…' }).click()
  await dialog().getByText(stolen).waitFor()
  await dialog().getByRole('button', { name: 'Revoke key' }).click()
  await dialog().getByRole('alert').filter({ hasText: 'This is the current key.' }).waitFor()
  await dialog().getByRole('checkbox').check()
  await dialog().getByRole('button', { name: 'Revoke key' }).click()
  const history = page.getByRole('table', { name: 'Historical keys' })
  await history.getByRole('row').filter({ hasText: stolen }).getByText('compromised').waitFor()
  await history.getByText('cannot be verified').waitFor()
  await page.getByRole('button', { name: 'Re-issue 1 Trust Mark' }).waitFor()
  await expect.poll(publishedKids).not.toContain(stolen)
  expect(complaints).toEqual([])
})

test('shows a key that signs answers, and retires it when no server signs with it', async () => {
  const { page, complaints } = watched
  const { kid, ...answers } = await generateSigningKey('ES256')
  const directory = join(product.installation.dataDirectory, 'keys')
  await writeNewKey(directory, { kid, ...answers }, { purpose: 'answers' })
  await eventually(async () => expect(await publishedKids()).toContain(kid))
  await page.reload()
  await page.getByText('a rollover leaves it as it is').waitFor()
  const row = page.getByRole('table', { name: 'Published keys' }).getByRole('row').filter({ hasText: kid })
  await row.getByText('Signs answers', { exact: true }).filter({ visible: true }).waitFor()
  await row.getByText('not known to all caches until').filter({ visible: true }).waitFor()
  await step('Retire the old key').getByText('Later', { exact: true }).waitFor()
  await row.getByRole('button', { name: 'Retire…' }).click()
  await dialog().getByRole('button', { name: 'Retire' }).click()
  await dialog()
    .getByRole('alert')
    .filter({ hasText: 'A federation server may sign answers with this key.' })
    .waitFor()
  await dialog().getByRole('checkbox').check()
  await dialog().getByRole('button', { name: 'Retire' }).click()
  const history = page.getByRole('table', { name: 'Historical keys' })
  await history.getByRole('row').filter({ hasText: kid }).getByText('Retired').waitFor()
  await eventually(async () => expect(await publishedKids()).not.toContain(kid))
  expect(complaints).toEqual([])
})
