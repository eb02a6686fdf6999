/** Tests the page "API": writing, running and explaining operations, and what it must not do. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { PASSWORD, startAdmin, type TestAdmin } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { openPage, startBrowser, type Watched } from '#test/helpers/browser.ts'
import { eventually } from '#test/helpers/product.ts'
import { openSignedIn } from './signed-in-console.ts'

let admin: TestAdmin
let browser: Browser
let watched: Watched
let page: Page
/** The bodies of the page's own requests. */
let sent: { query: string; variables?: object; operationName?: string }[]

beforeAll(async () => {
  admin = await startAdmin()
  browser = await startBrowser()
  watched = await openSignedIn(browser, admin.adminUrl, PASSWORD, '/playground')
  page = watched.page
  page.on('request', (request) => {
    const { query = '', ...rest } = request.url().endsWith('/graphql') ? (request.postDataJSON() ?? {}) : {}
    // Those of the shell have a name of their own.
    if (/^(#|query (First|Mine)|mutation|subscription (Mine|\{)|\{)/.test(query))
      sent.push({ query, ...rest })
  })
})
beforeEach(() => {
  sent = []
})
afterAll(async () => {
  await browser.close()
  await admin.close()
})

const editor = () => page.getByTestId('query-editor').getByRole('textbox', { name: 'GraphQL operation' })
const variables = () => page.getByRole('textbox', { name: 'Variables' })
const state = () => page.getByTestId('result-state')
const result = () => page.getByRole('textbox', { name: 'Result' })
const help = (part: string) => page.getByRole('group', { name: 'Help' }).getByRole('button', { name: part })
const dialog = () => page.getByRole('alertdialog')

/** Replaces the text like a user, with one input instead of many. */
async function write(text: string, into = editor()): Promise<void> {
  await into.click()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(text)
}

async function shownResult(): Promise<string> {
  await state()
    .filter({ hasText: /^Status/ })
    .waitFor()
  return (await result().textContent()) ?? ''
}

const organizations = async () => {
  const { data } = await admin.execute('{ organizations { edges { node { name } } } }')
  return data.organizations.edges.map(({ node }: { node: { name: string } }) => node.name)
}

test('loads its editor when it opens, and not with the console', async () => {
  const cold = await openPage(browser, admin.adminUrl, { storageState: await page.context().storageState() })
  const scripts: string[] = []
  cold.page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(new URL(request.url()).pathname)
  })
  const isSecond = (path: string) => path.startsWith('/_app/immutable/playground.')
  await cold.page.goto('/')
  await cold.page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor()
  expect(scripts.filter(isSecond)).toEqual([])
  await cold.page.getByRole('link', { name: 'API', exact: true }).click()
  await cold.page.getByTestId('query-editor').waitFor()
  expect(scripts.filter(isSecond)).toHaveLength(1)
  expect(cold.complaints).toEqual([])
  await cold.page.context().close()
})

test('says when its editor cannot be loaded, and tries again', async () => {
  const cold = await openPage(browser, admin.adminUrl, { storageState: await page.context().storageState() })
  await cold.page.route('**/playground.*.js*', (route) => route.abort())
  await cold.page.goto('/playground')
  await cold.page.getByText('The editor cannot be loaded').waitFor()
  await cold.page.unroute('**/playground.*.js*')
  await cold.page.getByRole('button', { name: 'Try again' }).click()
  await cold.page.getByTestId('query-editor').waitFor()
  await cold.page.context().close()
})

test('says why it has no schema, and asks for it again', async () => {
  const cold = await openPage(browser, admin.adminUrl, { storageState: await page.context().storageState() })
  const message = 'This document is not trusted.'
  await cold.page.route('**/graphql', (route) =>
    route.request().postData()?.includes('IntrospectionQuery')
      ? route.fulfill({ json: { errors: [{ message, extensions: { code: 'DOCUMENT_NOT_TRUSTED' } }] } })
      : route.fallback(),
  )
  await cold.page.goto('/playground')
  await cold.page.getByText(`The schema is not available. ${message}`).waitFor()
  expect(await violations(cold.page)).toEqual([])
  await cold.page.unroute('**/graphql')
  await cold.page.getByRole('button', { name: 'Try again' }).click()
  await cold.page.getByText('The editor cannot complete and validate').waitFor({ state: 'hidden' })
  await cold.page.getByRole('button', { name: 'Documentation' }).click()
  await cold.page.getByRole('button', { name: 'Mutation' }).waitFor()
  await cold.page.context().close()
})

test('explains itself, and runs its first query with the rights of the session', async () => {
  await page.getByText('It runs as admin, with the role Administrator.').waitFor()
  await page.getByRole('button', { name: 'Run query' }).click()
  const text = await shownResult()
  expect(JSON.parse(text).data.viewer).toEqual({ username: 'admin', role: 'ADMIN' })
  expect(await state().textContent()).toMatch(/^Status 200 · [\d,]+ ms · \d+ bytes$/)
  expect(sent).toEqual([{ query: expect.stringMatching(/^query First /), operationName: 'First' }])
})

test('completes fields and their arguments from the schema', async () => {
  await write('query Mine { ')
  await page.keyboard.type('organizati')
  const options = page.getByTestId('query-editor').getByRole('option')
  await options.filter({ hasText: /^organizations/ }).waitFor()
  await page.keyboard.type('ons')
  await options
    .first()
    .filter({ hasText: /^organizations/ })
    .waitFor()
  await page.getByTestId('query-editor').getByText('The organizations of the anchor, by name').waitFor()
  await page.keyboard.press('Enter')
  await page.keyboard.type('(fil')
  await options.filter({ hasText: 'filter' }).waitFor()
  expect(await violations(page)).toEqual([])
})

test('marks what the schema does not have, and shows the errors of the API as they came', async () => {
  await write('query Mine { viewer { username shoeSize } }')
  const mark = page.getByTestId('query-editor').locator('.cm-lintRange-error')
  await mark.filter({ hasText: 'shoeSize' }).waitFor()
  await mark.hover()
  await page.getByTestId('query-editor').getByText('Cannot query field "shoeSize"').waitFor()
  await page.getByRole('button', { name: 'Run query' }).click()
  const { errors } = JSON.parse(await shownResult())
  expect(errors[0].message).toContain('Cannot query field "shoeSize" on type "Viewer"')
})

test('sends variables, and says what is wrong with them before it sends anything', async () => {
  await write('query Mine($first: Int!) { subordinates(first: $first) { totalCount } }')
  await write('{"first": ', variables())
  await page.getByRole('button', { name: 'Run query' }).click()
  await page.getByRole('alert').filter({ hasText: 'The variables cannot be sent. Invalid JSON' }).waitFor()
  await write('[1]', variables())
  await page.keyboard.press('Control+Enter')
  await page.getByRole('alert').filter({ hasText: 'Enter a JSON object' }).waitFor()
  expect(sent).toEqual([])
  await write('{"first": 3}', variables())
  await page.keyboard.press('Control+Enter')
  await eventually(() => expect(sent).toHaveLength(1))
  expect(sent[0]?.variables).toEqual({ first: 3 })
  expect(JSON.parse(await shownResult())).toEqual({ data: { subordinates: { totalCount: 0 } } })
  await write('query Mine { viewer { ')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('alert').filter({ hasText: 'The operation cannot be read in line 1' }).waitFor()
  expect(sent).toHaveLength(1)
})

test('runs the operation at the cursor', async () => {
  await write('', variables())
  await write('query MineA { a: __typename }\nquery MineB { b: __typename }')
  await page.keyboard.press('Control+Enter')
  expect(JSON.parse(await shownResult())).toEqual({ data: { b: 'Query' } })
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Control+Enter')
  await eventually(async () => expect(await result().textContent()).toContain('"a"'))
  expect(sent.map(({ operationName }) => operationName)).toEqual(['MineB', 'MineA'])
})

test('asks before a mutation, and Cancel sends nothing', async () => {
  await write('mutation { createOrganization(input: { name: "Asked first" }) { __typename } }')
  await page.keyboard.press('Control+Enter')
  await dialog().getByText('Run the mutation createOrganization?').waitFor()
  expect(await violations(page, '[role=alertdialog]')).toEqual([])
  await dialog().getByRole('button', { name: 'Cancel' }).click()
  await dialog().waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'Run mutation…' }).click()
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'hidden' })
  expect(sent).toEqual([])
  expect(await organizations()).toEqual([])

  await page.getByRole('button', { name: 'Run mutation…' }).click()
  await dialog().getByRole('button', { name: 'Run mutation' }).click()
  await eventually(async () =>
    expect(await result().textContent()).toContain('MutationCreateOrganizationSuccess'),
  )
  expect(await organizations()).toEqual(['Asked first'])
})

test('shows the events of a subscription until it is stopped, and ends the stream when the page is left', async () => {
  const ended: string[] = []
  page.on('requestfailed', (request) => ended.push(request.postDataJSON()?.query ?? ''))
  const subscription = 'subscription Mine { auditEventRecorded { action } }'
  await write(subscription)
  await page.getByRole('button', { name: 'Subscribe' }).click()
  await state().getByText('Receiving: 0 events so far.').waitFor()
  const events = page.getByRole('list', { name: 'Events, the newest first' }).getByRole('listitem')
  // A subscription begins some time after its request; an event of before is not delivered.
  await eventually(async () => {
    await admin.mutate('createOrganization', { name: `Number ${performance.now()}` }, 'id')
    expect(await events.count()).toBeGreaterThan(1)
  })
  expect(await events.first().textContent()).toMatch(/Event \d+ · .*"action": "createOrganization"/s)
  await page.getByRole('button', { name: 'Stop' }).click()
  await state()
    .getByText(/^Stopped after \d+ events\.$/)
    .waitFor()
  await eventually(() => expect(ended).toEqual([subscription]))

  await page.getByRole('button', { name: 'Subscribe' }).click()
  await page.getByRole('button', { name: 'Stop' }).waitFor()
  await page.getByRole('link', { name: 'Dashboard' }).click()
  await eventually(() => expect(ended).toEqual([subscription, subscription]))
  await page.getByRole('link', { name: 'API', exact: true }).click()
  // The text is still there.
  await editor().getByText('auditEventRecorded').waitFor()
})

test('shows why a subscription is refused', async () => {
  await write('subscription Mine { shoeSizeChanged }')
  await page.getByRole('button', { name: 'Subscribe' }).click()
  const { errors } = JSON.parse(await shownResult())
  expect(errors[0].message).toContain('Cannot query field "shoeSizeChanged"')
})

test('stops a query that has no answer yet', async () => {
  await page.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('MineSlow')) await route.fallback()
  })
  await write('query MineSlow { __typename }')
  await page.getByRole('button', { name: 'Run query' }).click()
  await state().getByText('Running…').waitFor()
  await page.getByRole('button', { name: 'Stop' }).click()
  await state().getByText('Stopped.').waitFor()
  await page.getByRole('button', { name: 'Run query' }).waitFor()
  await page.unroute('**/graphql')
})

test('keeps a history, opens an entry, and clears it', async () => {
  await help('History').click()
  const entries = page.getByRole('list', { name: 'History' }).getByRole('button')
  expect(await entries.count()).toBeGreaterThan(5)
  await entries.filter({ hasText: 'subordinates' }).first().click()
  await editor().getByText('query Mine($first: Int!)').waitFor()
  await variables().getByText('"first"').waitFor()
  await page.getByRole('button', { name: 'Clear history' }).click()
  await page.getByText('Nothing yet.').waitFor()
  expect(await page.evaluate(() => Object.keys(localStorage))).not.toContain('playground admin')
})

test('offers the operations of the documents', async () => {
  await help('Ready').click()
  await page
    .getByRole('button', { name: 'inspectEntity query Check any entity as a third party would' })
    .click()
  await editor().getByText('inspectEntity').waitFor()
  await page.getByRole('button', { name: 'registerSubordinate mutation' }).click()
  await variables().getByText('"entityId"').waitFor()
  await page.getByRole('button', { name: 'Run mutation…' }).waitFor()
})

test('writes code that runs with an API key', async () => {
  await write('', variables())
  await write('query Mine { viewer { username')
  await page.getByText('The code appears when the operation can be sent.').waitFor()
  await write('query Mine { viewer { username role } }')
  const code = (await page.getByTestId('code').textContent()) ?? ''
  const environment = { PATH: process.env.PATH, INMOR_KEY: admin.keys.viewer }
  const { stdout } = await promisify(execFile)('sh', ['-e', '-c', code], { env: environment })
  expect(JSON.parse(stdout)).toEqual({ data: { viewer: { username: 'viewer', role: 'VIEWER' } } })
  await page.getByRole('button', { name: 'Python' }).click()
  expect(await page.getByTestId('code').textContent()).toContain('os.environ["INMOR_KEY"]')
})

test('explains the field under the cursor, and finds others', async () => {
  await help('Documentation').click()
  await write('query Mine { subordinates { totalCount } }')
  await editor().getByText('subordinates').click()
  const shelf = page.getByRole('region', { name: 'Help with the operation' })
  await shelf.getByRole('heading', { name: 'subordinates' }).waitFor()
  await shelf.getByRole('button', { name: 'SubordinateFilter' }).click()
  await shelf.getByRole('heading', { name: 'SubordinateFilter' }).waitFor()
  await shelf.getByRole('button', { name: 'SubordinateState' }).click()
  await shelf.getByText('DOES_NOT_RESOLVE').waitFor()
  const link = shelf.getByRole('link', { name: 'Reference of SubordinateState' })
  expect(await link.getAttribute('href')).toBe('/reference?name=SubordinateState')
  await shelf.getByRole('searchbox').fill('registerSub')
  await shelf.getByRole('button', { name: 'Mutation.registerSubordinate' }).click()
  await shelf.getByRole('heading', { name: 'registerSubordinate' }).waitFor()
  // The cursor moves on.
  await editor().getByText('totalCount').click()
  await shelf.getByRole('heading', { name: 'totalCount' }).waitFor()
  expect(await violations(page)).toEqual([])
})

test('fits into a small window', async () => {
  for (const width of [1280, 1024, 390]) {
    await page.setViewportSize({ width, height: 800 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
  }
  await page.setViewportSize({ width: 1280, height: 800 })
})

test('types over a selection within the content security policy', async () => {
  await editor().click()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('{ vie')
  expect(await editor().textContent()).toContain('{ vie')
  expect(watched.complaints).toEqual([])
})

test('asks to sign in again when the session has ended, then sends the operation', async () => {
  await write('query Mine { viewer { username } trustAnchor { slug } }')
  await admin.server.db.session.deleteMany()
  await page.getByRole('button', { name: 'Run query' }).click()
  const question = page.getByRole('dialog', { name: 'Your session has ended' })
  await question.getByLabel('Password').fill(PASSWORD)
  await question.getByRole('button', { name: 'Sign in', exact: true }).click()
  await question.waitFor({ state: 'hidden' })
  await eventually(async () => expect(await result().textContent()).toContain('"username": "admin"'))
})

test('asks to sign in again before a mutation that needs a recent sign-in, then sends it', async () => {
  await admin.server.db.session.updateMany({ data: { createdAt: new Date(Date.now() - 3_600_000) } })
  await write(
    'mutation { createUser(input: { username: "later", role: VIEWER }) { __typename ... on Error { code } } }',
  )
  await page.getByRole('button', { name: 'Run mutation…' }).click()
  await dialog().getByRole('button', { name: 'Run mutation' }).click()
  const question = page.getByRole('dialog', { name: 'Confirm it is you' })
  await question.getByLabel('Password').fill(PASSWORD)
  await question.getByRole('button', { name: 'Sign in' }).click()
  await question.waitFor({ state: 'hidden' })
  await eventually(async () => expect(await result().textContent()).toContain('MutationCreateUserSuccess'))
})

test('removes the history when the user signs out', async () => {
  const kept = () => page.evaluate(() => localStorage.getItem('playground admin'))
  expect(await kept()).toContain('trustAnchor')
  await page.getByRole('button', { name: 'admin' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL(/sign-in/)
  expect(await kept()).toBeNull()
})

test('gives a viewer the rights of a viewer', async () => {
  const other = await openSignedIn(browser, admin.adminUrl, PASSWORD, '/playground', 'viewer')
  await other.page.getByText('It runs as viewer, with the role Viewer.').waitFor()
  expect(await other.page.getByRole('main').getByRole('link', { name: 'API keys' }).count()).toBe(0)
  await other.page.getByTestId('query-editor').getByRole('textbox').click()
  await other.page.keyboard.press('Control+a')
  await other.page.keyboard.press('Delete')
  await other.page.keyboard.insertText('mutation { createOrganization(input: { name: "x" }) { __typename } }')
  await other.page.getByRole('button', { name: 'Run mutation…' }).click()
  await other.page.getByRole('alertdialog').getByRole('button', { name: 'Run mutation' }).click()
  const shown = other.page.getByRole('textbox', { name: 'Result' })
  await shown.getByText('"FORBIDDEN"').waitFor()
  await other.page.context().close()
})
