/** Tests the page "API": GraphiQL with the rights of the session, which the browser loads from this server alone. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { openPage } from '#test/helpers/browser.ts'
import { journey } from '#test/helpers/journey.ts'
import { eventually } from '#test/helpers/product.ts'
import { graphiqlOf } from './graphiql-page.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/administration/api'))

const kept = () => page.evaluate(() => JSON.stringify(sessionStorage))

const open = async (on: Page, query: string, variables?: object) => {
  const search = new URLSearchParams({ query, ...(variables && { variables: JSON.stringify(variables) }) })
  await on.goto(`/administration/api?${search}`)
  return graphiqlOf(on)
}

test('loads when the page opens, and not with the console', async () => {
  const cold = await openPage(admin.adminUrl, { storageState: await page.context().storageState() })
  const paths: string[] = []
  cold.page.on('request', (request) => void paths.push(new URL(request.url()).pathname))
  const own = () => paths.filter((path) => path.includes('/graphiql'))
  await cold.page.goto('/')
  await cold.page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor()
  expect(own()).toEqual([])
  await cold.page.getByRole('link', { name: 'Administration' }).click()
  await cold.page.getByRole('link', { name: 'API', exact: true }).click()
  await graphiqlOf(cold.page).execute.waitFor()
  expect(own().map((path) => path.split('/').at(-1))).toEqual(
    expect.arrayContaining(['graphiql.html', 'graphiql.css', 'graphiql.js']),
  )
  expect(cold.complaints).toEqual([])
  await cold.page.context().close()
})

journey('an administrator runs operations', (step) => {
  step('runs the first query with the rights of the session', async () => {
    const api = graphiqlOf(page)
    await page.getByText('run as admin, with the role Administrator').waitFor()
    await api.execute.click()
    await api.answers('"viewer":{"username":"admin","role":"ADMIN"}')
    expect(await violations(page)).toEqual([])
  })

  step('completes from the schema, and documents it', async () => {
    const { frame, editor } = graphiqlOf(page)
    await editor.click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText('query Mine { viewer { shoeSize } organizati')
    await page.keyboard.press('Control+Space')
    await frame
      .getByRole('option', { name: /^organizations/ })
      .first()
      .waitFor()
    await frame.locator('.squiggly-error').first().waitFor()
    await frame.getByRole('button', { name: 'Show Documentation Explorer' }).click()
    await frame.getByRole('link', { name: 'Mutation' }).click()
    await frame.getByRole('link', { name: 'registerSubordinate', exact: true }).waitFor()
  })

  step('keeps what was written in this tab', async () => {
    await eventually(async () => expect(await kept()).toContain('shoeSize'))
    await page.reload()
    await graphiqlOf(page).shows('shoeSize')
  })

  step('takes the operation and its variables from the address, and runs it when asked', async () => {
    const query =
      'mutation Mine($name: String!) { createOrganization(input: { name: $name }) { __typename } }'
    const api = await open(page, query, { name: 'Example' })
    await api.shows('createOrganization')
    expect(await admin.server.db.organization.count()).toBe(0)
    await api.execute.click()
    await api.answers('"CreateOrganizationSuccess"')
    expect(await admin.server.db.organization.count()).toBe(1)
  })

  step('receives the events of a subscription', async () => {
    const api = await open(page, 'subscription { alertsChanged { code } }')
    await api.shows('alertsChanged')
    await api.execute.click()
    await api.answers('"alertsChanged":[')
    await api.frame.getByRole('button', { name: /^Stop/ }).click()
  })

  step('asks to sign in again when the session has ended, then sends the operation', async () => {
    const api = await open(page, 'query Mine { viewer { username } trustAnchor { slug } }')
    await api.shows('trustAnchor')
    await admin.server.db.session.deleteMany()
    await api.execute.click()
    const question = page.getByRole('dialog', { name: 'Your session has ended' })
    await question.getByLabel('Password').fill(PASSWORD)
    await question.getByRole('button', { name: 'Sign in', exact: true }).click()
    await question.waitFor({ state: 'hidden' })
    await api.answers('"slug":"main"')
  })

  step('asks to sign in again before a mutation that needs a recent sign-in, then sends it', async () => {
    await admin.server.db.session.updateMany({ data: { createdAt: new Date(Date.now() - 3_600_000) } })
    const api = await open(
      page,
      'mutation { createUser(input: { username: "later", role: VIEWER }) { __typename ... on Error { code } } }',
    )
    await api.shows('createUser')
    await api.execute.click()
    const question = page.getByRole('dialog', { name: 'Confirm it is you' })
    await question.getByLabel('Password').fill(PASSWORD)
    await question.getByRole('button', { name: 'Sign in' }).click()
    await api.answers('"CreateUserSuccess"')
  })

  step('fits into a small window, also in the dark', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.setViewportSize({ width: 390, height: 800 })
    const { frame, execute } = graphiqlOf(page)
    await execute.waitFor()
    const widths = [page.locator('html'), frame.locator('html')].map((html) =>
      html.evaluate((e) => e.scrollWidth - e.clientWidth),
    )
    expect(await Promise.all(widths)).toEqual([0, 0])
    await frame.locator('body.graphiql-dark').waitFor()
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  step('forgets the operations when the user signs out', async () => {
    await page.getByRole('button', { name: 'admin' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL(/sign-in/)
    expect(await kept()).not.toContain('shoeSize')
    expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([])
  })
})

test('gives a viewer the rights of a viewer', async () => {
  const other = await openSignedIn(admin, '/', 'viewer')
  const api = await open(other.page, 'mutation { createOrganization(input: { name: "x" }) { __typename } }')
  await other.page.getByText('run as viewer, with the role Viewer').waitFor()
  await api.shows('createOrganization')
  await api.execute.click()
  await api.answers('"code":"FORBIDDEN"')
  await other.page.context().close()
})
