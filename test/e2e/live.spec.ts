/** Tests live updates: changes of others appear, and failures are reported without loss of input. */
import { setTimeout } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { connectDatabase, type Database } from '#server/database/client.ts'
import type { AdminClient } from '#server/demo/admin-client.ts'
import { readRunning } from '#server/embedded/data-directory.ts'
import { closePages } from '#test/helpers/browser.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { journey } from '#test/helpers/journey.ts'
import { connectAdmin, type Product, startProduct } from '#test/helpers/product.ts'
import { mutate } from '#test/product/mutation.ts'
import { openLive, startSession } from './signed-in-console.ts'

const PASSWORD = 'correct horse battery'

let product: Product
let password: string
let admin: AdminClient
let page: Page
const entities: TestEntity[] = []
let id: string

beforeAll(async () => {
  product = await startProduct()
  password = product.password ?? ''
  admin = await connectAdmin(product.installation)
  id = (await register()).id
})
beforeEach(async () => {
  await forgetSignIns()
  page = await pageOf('admin', password, '/subordinates')
  return () => page.context().close()
})
afterAll(async () => {
  await closePages()
  await Promise.all(entities.map((entity) => entity.close()))
  await product.stop()
})

async function pageOf(username: string, secret: string, path: string): Promise<Page> {
  const session = await startSession(product.installation, username, secret)
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

/** Expires every session, because waiting takes twelve hours. */
const endSessions = () => changeDatabase((db) => db.session.deleteMany())

/** These tests sign in more often than ten times a minute. */
const forgetSignIns = () => changeDatabase((db) => db.rateLimit.deleteMany())

const dialog = () => page.getByRole('dialog', { name: 'Your session has ended' })

async function signInAgain(): Promise<void> {
  await dialog().getByLabel('Password').fill(password)
  await dialog().getByRole('button', { name: 'Sign in', exact: true }).click()
  await dialog().waitFor({ state: 'hidden' })
}

const publication = () => page.getByRole('status', { name: 'Publication' })

journey('a page follows the changes of others, also after the server was away', (step) => {
  step('shows changes of other users in lists without a reload', async () => {
    const { entityId } = await register()
    await page.getByRole('main').getByText(entityId).first().waitFor()

    await page.getByRole('link', { name: 'Trust Mark types' }).click()
    await page.getByRole('heading', { level: 1, name: 'Trust Mark types' }).waitFor()
    const type = `${product.installation.federationUrl}/marks/member`
    await mutate(admin, 'createTrustMarkType', { type, description: 'Members in good standing' }, 'id')
    await page.getByText('Members in good standing').waitFor()

    await page.getByRole('link', { name: 'Trust Marks', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Trust Marks' }).waitFor()
    await mutate(admin, 'issueTrustMark', { trustMarkType: type, entityId }, 'id')
    await page.getByText(entityId.replace('http://', ''), { exact: false }).first().waitFor()
  })

  step('shows changes, active runs and expiries on the dashboard', async () => {
    await page.getByRole('link', { name: 'Dashboard' }).click()
    const changes = page.getByRole('list', { name: /^Recent changes/ })
    await changes.getByText('Trust Mark issued').waitFor()
    await page.getByRole('heading', { name: 'Expiring in the next 30 days' }).waitFor()
    await page.getByRole('rowheader').first().waitFor({ state: 'attached' })
    const desktop = page.viewportSize() ?? { width: 1280, height: 720 }
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    await page.setViewportSize(desktop)
    await page.getByText('Nothing is running.').waitFor()

    const [slow] = entities
    slow?.misbehave('hang')
    await admin('mutation { startRenewal(kind: SUBORDINATES) { __typename } }')
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
  // Longer than two of the intervals at which the page reads its status.
  await setTimeout(35_000)
  await expect.poll(() => page.getByLabel('Validity of the statement').inputValue()).toBe('84')
  product = { ...(await startProduct(product.installation)) }
  await page.getByText('The connection to the server is lost').waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('84 hours', { exact: false }).waitFor()
})

test('shows what is new while events keep coming, over a slow network', async () => {
  await page.goto('/trust-mark-types')
  await page.getByRole('heading', { level: 1, name: 'Trust Mark types' }).waitFor()
  await page.route('**/graphql', async (route) => {
    await setTimeout(400)
    await route.continue()
  })
  const seen = new Set<number>()
  let isOver = false
  const events = (async () => {
    for (let number = 0; !isOver; number++) {
      const type = `${product.installation.federationUrl}/marks/flow-${number}`
      await mutate(admin, 'createTrustMarkType', { type }, 'id')
      await setTimeout(50)
    }
  })()
  const rows = page.getByRole('main').getByRole('row')
  await expect
    .poll(async () => seen.add(await rows.count()).size, { timeout: 30_000 })
    .toBeGreaterThanOrEqual(4)
  isOver = true
  await events
})

test('signs in again within a form after the session ends, and saves the form', async () => {
  await page.goto(`/subordinates/${encodeURIComponent(id)}/edit`)
  await page.getByLabel('Validity of the statement').fill('72')
  await endSessions()
  await page.getByRole('button', { name: 'Save' }).click()
  await dialog().waitFor()
  await signInAgain()
  await page.getByText('72 hours', { exact: false }).waitFor()
  // The subscriptions are active again.
  await page.getByRole('link', { name: 'Subordinates', exact: true }).first().click()
  const { entityId } = await register()
  await page.getByRole('main').getByText(entityId).first().waitFor()
})

test('keeps the form when the sign-in is cancelled, and refuses changes until then', async () => {
  await page.goto(`/subordinates/${encodeURIComponent(id)}/edit`)
  await page.getByLabel('Validity of the statement').fill('96')
  await endSessions()
  await page.getByRole('button', { name: 'Save' }).click()
  await dialog().getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('alert').filter({ hasText: 'Your session has ended.' }).waitFor()
  await expect.poll(() => page.getByLabel('Validity of the statement').inputValue()).toBe('96')
  await page.getByRole('status').getByRole('button', { name: 'Sign in again' }).click()
  await signInAgain()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('96 hours', { exact: false }).waitFor()
})

test('reports a lowered role, and keeps the page', async () => {
  const input = { username: 'olga', password: PASSWORD, role: 'OPERATOR' }
  const created = await mutate<{ id: string }>(admin, 'createUser', input, 'id')
  const other = await pageOf('olga', PASSWORD, '/subordinates')
  await other.goto(`/subordinates/${encodeURIComponent(id)}/edit`)
  await other.getByLabel('Validity of the statement').fill('120')
  await mutate(admin, 'updateUser', { id: created.id, role: 'VIEWER' }, 'id')
  await other.getByRole('status').getByRole('button', { name: 'Sign in again' }).click()
  await expect.poll(() => other.getByLabel('Validity of the statement').inputValue()).toBe('120')
  const again = other.getByRole('dialog', { name: 'Your session has ended' })
  await again.getByLabel('Password').fill(PASSWORD)
  await again.getByRole('button', { name: 'Sign in', exact: true }).click()
  await other.getByText('Your role has been changed').waitFor()
  await other.getByText('It is Viewer now; it was Operator.', { exact: false }).waitFor()
  // The input stays, although a viewer cannot open this page; saving is refused.
  await other.getByRole('button', { name: 'Save' }).click()
  await other
    .getByRole('alert')
    .filter({ hasText: 'Your role does not allow this. It was changed' })
    .waitFor()
  await expect.poll(() => other.getByLabel('Validity of the statement').inputValue()).toBe('120')

  // After leaving, the user is a viewer and cannot return.
  await other.getByRole('navigation').getByRole('link', { name: 'Subordinates', exact: true }).click()
  await other.getByRole('button', { name: 'Leave without saving' }).click()
  await other.waitForURL('/subordinates')
  await other.getByRole('link', { name: 'Register' }).waitFor({ state: 'hidden' })
  await other.goBack()
  await other.getByRole('heading', { name: 'No right to do this' }).waitFor()
  await other.context().close()
})

test('keeps a form above a list after the role changes, and updates the list when it closes', async () => {
  const input = { username: 'anna', password: PASSWORD, role: 'ADMIN' }
  const created = await mutate<{ id: string }>(admin, 'createUser', input, 'id')
  const other = await pageOf('anna', PASSWORD, '/users')
  await other.getByRole('button', { name: 'Create a user' }).click()
  const form = other.getByRole('dialog', { name: 'Create a user' })
  await form.getByLabel('Username').fill('otto')
  await form.getByLabel('First password').fill(PASSWORD)
  await mutate(admin, 'updateUser', { id: created.id, role: 'OPERATOR' }, 'id')
  await other.getByText('Your session has ended. What is on this page stays.').waitFor()
  await form.getByRole('button', { name: 'Create user' }).click()
  const again = other.getByRole('dialog', { name: 'Your session has ended' })
  await again.getByLabel('Password').fill(PASSWORD)
  await again.getByRole('button', { name: 'Sign in', exact: true }).click()
  await form.getByRole('alert').filter({ hasText: 'Your role does not allow this. It was changed' }).waitFor()
  await expect.poll(() => form.getByLabel('Username').inputValue()).toBe('otto')
  await form.getByRole('button', { name: 'Cancel' }).click()
  await other.getByRole('heading', { name: 'No right to do this' }).waitFor()
  await other.context().close()
})

test('ends the session in all windows at sign-out', async () => {
  const other = await page.context().newPage()
  await other.goto('/')
  await other.getByRole('button', { name: /^Administrator/ }).click()
  await other.getByRole('menuitem', { name: 'Sign out' }).click()
  await other.waitForURL('/sign-in')
  await page.getByRole('link', { name: 'Activity', exact: true }).click()
  await dialog().waitFor()
  await signInAgain()
  await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor()
})
