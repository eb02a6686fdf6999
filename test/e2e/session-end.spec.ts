/** Tests what becomes of a page whose session ends, or whose user gets another role: nothing that was typed is lost. */
import { setTimeout } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { make } from './make.ts'
import { openLive, startSession } from './signed-in-console.ts'

let page: Page
const entities: TestEntity[] = []

const admin = adminInFile()
const registered = inFile(() => register())
beforeEach(async () => {
  await admin.server.installation.rateLimit.deleteMany()
  page = await pageOf('admin', '/subordinates')
  return () => page.context().close()
})
afterAll(() => Promise.all(entities.map((entity) => entity.close())))

async function pageOf(username: string, path: string): Promise<Page> {
  const session = await startSession(admin, username)
  const { page } = await session.open()
  await openLive(page, path)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  return page
}

/** A change by another user, with a script. */
async function register(): Promise<{ id: string; entityId: string }> {
  const entity = await startEntity({ authorityHints: [admin.entityId], metadata: relyingParty })
  entities.push(entity)
  const { id } = await make(admin, 'registerSubordinate', { entityId: entity.id })
  return { id, entityId: entity.id }
}

/** Expires every session, because waiting takes twelve hours. */
const endSessions = () => admin.server.installation.session.deleteMany()

const dialog = () => page.getByRole('dialog', { name: 'Your session has ended' })

async function signInAgain(): Promise<void> {
  await dialog().getByLabel('Password').fill(PASSWORD)
  await dialog().getByRole('button', { name: 'Sign in', exact: true }).click()
  await dialog().waitFor({ state: 'hidden' })
}

test('keeps a form after the session ends, refuses changes until the user signs in again, then saves it', async () => {
  await page.goto(`/subordinates/${encodeURIComponent(registered.id)}/edit`)
  await page.getByLabel('Validity of the statement').fill('72')
  await endSessions()
  await page.getByRole('button', { name: 'Save' }).click()
  await dialog().getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('alert').filter({ hasText: 'Your session has ended.' }).waitFor()
  await expect.poll(() => page.getByLabel('Validity of the statement').inputValue()).toBe('72')
  await page.getByRole('status').getByRole('button', { name: 'Sign in again' }).click()
  await signInAgain()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('72 hours', { exact: false }).waitFor()
  // The subscriptions are active again.
  await page.getByRole('link', { name: 'Subordinates', exact: true }).first().click()
  const { entityId } = await register()
  await page.getByRole('main').getByText(entityId).first().waitFor()
})

test('reports a lowered role, and keeps the page', async () => {
  const input = { username: 'olga', password: PASSWORD, role: 'OPERATOR' }
  const created = await make(admin, 'createUser', input)
  const other = await pageOf('olga', '/subordinates')
  await other.goto(`/subordinates/${encodeURIComponent(registered.id)}/edit`)
  await other.getByLabel('Validity of the statement').fill('120')
  await make(admin, 'updateUser', { id: created.id, role: 'VIEWER' })
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

/** Holds the next request of an operation until it is released. `refused`: an answer after that is FORBIDDEN. */
async function holdReading(page: Page, operation: string) {
  const [asked, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  await page.route('**/graphql', async (route) => {
    if (route.request().postDataJSON().operationName === operation) {
      asked.resolve()
      await released.promise
    }
    await route.continue()
  })
  return {
    held: asked.promise,
    release: released.resolve,
    refused: page.waitForResponse(
      async (response) =>
        response.request().postDataJSON()?.operationName === operation &&
        (await response.text()).includes('FORBIDDEN'),
      { timeout: 60_000 },
    ),
  }
}

test('keeps a form above a list after the role changes, and updates the list when it closes', async () => {
  const input = { username: 'anna', password: PASSWORD, role: 'ADMIN' }
  const created = await make(admin, 'createUser', input)
  const other = await pageOf('anna', '/administration/users')
  await other.getByRole('button', { name: 'Create a user' }).click()
  const form = other.getByRole('dialog', { name: 'Create a user' })
  await form.getByLabel('Username').fill('otto')
  await form.getByLabel('First password').fill(PASSWORD)
  const list = await holdReading(other, 'UsersPage')
  await make(admin, 'createUser', { username: 'oda', password: PASSWORD, role: 'VIEWER' })
  await list.held
  await make(admin, 'updateUser', { id: created.id, role: 'OPERATOR' })
  await other.getByText('Your session has ended. What is on this page stays.').waitFor()
  list.release()
  // The state of the server is read every 15 seconds. Without a session, that would replace the page.
  await setTimeout(17_000)
  await form.getByRole('button', { name: 'Create user' }).click()
  const again = other.getByRole('dialog', { name: 'Your session has ended' })
  await again.getByLabel('Password').fill(PASSWORD)
  await again.getByRole('button', { name: 'Sign in', exact: true }).click()
  await form.getByRole('alert').filter({ hasText: 'Your role does not allow this. It was changed' }).waitFor()
  // The reading that was under way when the session ended is repeated, and refused.
  await list.refused
  await setTimeout(4_000)
  await expect.poll(() => form.getByLabel('Username').inputValue()).toBe('otto')
  await form.getByRole('button', { name: 'Cancel' }).click()
  await other.getByRole('heading', { name: 'No right to do this' }).waitFor()
  await other.context().close()
})

test('says that the session has ended when nothing but the stream of changes can tell', async () => {
  // Every reading waits for its answer. The request of the stream has no name of an operation.
  await page.route('**/graphql', (route) => {
    if (!route.request().postDataJSON().operationName) return route.continue()
  })
  await endSessions()
  await page.getByText('Your session has ended. What is on this page stays.').waitFor()
})

test('ends the session in all windows at sign-out', async () => {
  const other = await page.context().newPage()
  await other.goto('/')
  await other.getByRole('button', { name: /^Admin/i }).click()
  await other.getByRole('menuitem', { name: 'Sign out' }).click()
  await other.waitForURL('/sign-in')
  await page.getByRole('link', { name: 'Activity', exact: true }).click()
  await dialog().waitFor()
  await signInAgain()
  await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor()
})
