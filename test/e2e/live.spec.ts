/** Tests live updates of a server that stops and starts again. */
import { setTimeout } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { connectDatabase, type Database } from '#server/database/client.ts'
import type { AdminClient } from '#server/demo/admin-client.ts'
import { readRunning } from '#server/embedded/data-directory.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { journey } from '#test/helpers/journey.ts'
import { connectAdmin, type Product, startProduct } from '#test/helpers/product.ts'
import { mutate } from '#test/product/mutation.ts'
import { openLive, startSession } from './signed-in-console.ts'

let product: Product
let password: string | undefined
let admin: AdminClient
let page: Page
const entities: TestEntity[] = []
let id: string

beforeAll(async () => {
  product = await startProduct()
  password = product.password ?? undefined
  admin = await connectAdmin(product.installation)
  id = (await register()).id
})
beforeEach(async () => {
  await forgetSignIns()
  page = await pageAt('/subordinates')
  return () => page.context().close()
})
afterAll(async () => {
  await Promise.all(entities.map((entity) => entity.close()))
  await product.stop()
})

async function pageAt(path: string): Promise<Page> {
  const session = await startSession(product.installation, 'admin', password)
  const { page } = await session.open()
  await openLive(page, path)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  return page
}

/** A change by another user, with a script. */
async function register(): Promise<{ id: string; entityId: string }> {
  const { federationUrl } = product.installation
  const entity = await startEntity({ authorityHints: [federationUrl], metadata: relyingParty })
  entities.push(entity)
  const { id } = await mutate<{ id: string }>(admin, 'registerSubordinate', { entityId: entity.id }, 'id')
  return { id, entityId: entity.id }
}

async function changeDatabase(change: (db: Database) => Promise<unknown>): Promise<void> {
  const running = await readRunning(product.installation.dataDirectory)
  const db = connectDatabase(running?.parts?.databaseUrl ?? '')
  await change(db)
  await db.$disconnect()
}

/** These tests sign in more often than ten times a minute. */
const forgetSignIns = () => changeDatabase((db) => db.rateLimit.deleteMany())

const publication = () => page.getByRole('status', { name: 'Publication' })

journey('a page follows the changes of others, also after the server was away', (step) => {
  step('shows changes of other users in lists without a reload', async () => {
    const { entityId } = await register()
    await page.getByRole('main').getByText(entityId).first().waitFor()

    await page.getByRole('link', { name: 'Trust Marks', exact: true }).first().click()
    await page.getByRole('link', { name: 'Types', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Trust Mark types' }).waitFor()
    const type = `${product.installation.federationUrl}/marks/member`
    await mutate(admin, 'createTrustMarkType', { type, description: 'Members in good standing' }, 'id')
    await page.getByText('Members in good standing').waitFor()

    await page.getByRole('link', { name: 'Trust Marks', exact: true }).last().click()
    await page.getByRole('heading', { level: 1, name: 'Trust Marks' }).waitFor()
    await mutate(admin, 'issueTrustMark', { trustMarkType: type, entityId }, 'id')
    await page.getByText(entityId.replace('http://', ''), { exact: false }).first().waitFor()
  })

  step('shows changes, active runs and expiries on the dashboard', async () => {
    await page.getByRole('link', { name: 'Dashboard' }).click()
    const changes = page.getByRole('list', { name: /^Recent changes/ })
    await changes.getByText('Trust Mark issued').waitFor()
    await page.getByRole('heading', { name: 'Expiring in the next 30 days' }).waitFor()
    await page.getByText('As a table').click()
    await page.getByRole('rowheader').first().waitFor()
    const desktop = page.viewportSize() ?? { width: 1280, height: 720 }
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    await page.setViewportSize(desktop)
    await page.getByText('Nothing is running.').waitFor()

    const [slow] = entities
    slow?.misbehave('hang')
    await admin('mutation { startRenewal(input: { kind: SUBORDINATES }) { __typename } }')
    await page.getByRole('progressbar', { name: 'Renewal of subordinates' }).waitFor()
    slow?.misbehave(undefined)
    await mutate(admin, 'updateSubordinate', { id, validFor: 48 }, 'id')
    await changes.getByText('Subordinate changed', { exact: true }).waitFor()
  })

  step('shows a lost connection, reconnects, and shows missed changes', async () => {
    await page.getByRole('link', { name: 'Subordinates', exact: true }).first().click()
    await page.getByRole('heading', { level: 1, name: 'Subordinates' }).waitFor()
    await product.stop()
    await page.getByText('The connection to the server is lost').waitFor()
    await publication().getByText('Server unreachable').waitFor()
    await publication().getByText('The admin server has not answered since').waitFor()
    expect(await publication().getByText('Up to date').count()).toBe(0)
    product = { ...(await startProduct(product.installation)) }
    await page.getByText('The connection to the server is lost').waitFor({ state: 'hidden' })
    await publication().getByText('Up to date').waitFor()
    const { entityId } = await register()
    await page.getByRole('main').getByText(entityId).first().waitFor()
  })
})

test('keeps a form while the server is away, and saves it afterwards', async () => {
  await page.goto(`/subordinates/${encodeURIComponent(id)}/edit`)
  await page.getByLabel('Validity of the statement').fill('84')
  await product.stop()
  await page.getByText('The connection to the server is lost').waitFor()
  // A long restart: four of the intervals at which the page reads its status.
  await setTimeout(60_000)
  await expect.poll(() => page.getByLabel('Validity of the statement').inputValue()).toBe('84')
  product = { ...(await startProduct(product.installation)) }
  await page.getByText('The connection to the server is lost').waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('84 hours', { exact: false }).waitFor()
})
