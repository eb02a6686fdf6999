/** Tests the page "API": how it loads, and how an operation is written, explained, kept and given as code. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { openPage } from '#test/helpers/browser.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { eventually } from '#test/helpers/product.ts'
import { playgroundOf } from './playground-page.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/administration/api'))
const api = inFile(() => playgroundOf(page))

test('loads its editor when it opens, and not with the console', async () => {
  const cold = await openPage(admin.adminUrl, { storageState: await page.context().storageState() })
  const scripts: string[] = []
  cold.page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(new URL(request.url()).pathname)
  })
  const isSecond = (path: string) => path.startsWith('/_app/immutable/playground.')
  await cold.page.goto('/')
  await cold.page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor()
  expect(scripts.filter(isSecond)).toEqual([])
  await cold.page.getByRole('link', { name: 'Administration' }).click()
  await cold.page.getByRole('link', { name: 'API', exact: true }).click()
  await cold.page.getByTestId('query-editor').waitFor()
  expect(scripts.filter(isSecond)).toHaveLength(1)
  expect(cold.complaints).toEqual([])
  await cold.page.context().close()
})

test('says when its editor cannot be loaded, and tries again', async () => {
  const cold = await openPage(admin.adminUrl, { storageState: await page.context().storageState() })
  await cold.page.route('**/playground.*.js*', (route) => route.abort())
  await cold.page.goto('/administration/api')
  await cold.page.getByText('The editor cannot be loaded').waitFor()
  await cold.page.unroute('**/playground.*.js*')
  await cold.page.getByRole('button', { name: 'Try again' }).click()
  await cold.page.getByTestId('query-editor').waitFor()
  await cold.page.context().close()
})

test('says why it has no schema, and asks for it again', async () => {
  const cold = await openPage(admin.adminUrl, { storageState: await page.context().storageState() })
  const message = 'The database cannot be reached.'
  await cold.page.route('**/graphql', (route) =>
    route.request().postData()?.includes('IntrospectionQuery')
      ? route.fulfill({ json: { errors: [{ message, extensions: { code: 'UNAVAILABLE' } }] } })
      : route.fallback(),
  )
  await cold.page.goto('/administration/api')
  await cold.page.getByText(`The schema is not available. ${message}`).waitFor()
  expect(await violations(cold.page)).toEqual([])
  await cold.page.unroute('**/graphql')
  await cold.page.getByRole('button', { name: 'Try again' }).click()
  await cold.page.getByText('The editor cannot complete and validate').waitFor({ state: 'hidden' })
  await cold.page.getByRole('button', { name: 'Documentation' }).click()
  await cold.page.getByRole('button', { name: 'Mutation' }).waitFor()
  await cold.page.context().close()
})

journey('an operation is written, run, explained and kept', (step) => {
  step('explains itself, and runs its first query with the rights of the session', async () => {
    await page.getByText('It runs as admin, with the role Administrator.').waitFor()
    await page.getByRole('button', { name: 'Run query' }).click()
    const text = await api.shownResult()
    expect(JSON.parse(text).data.viewer).toEqual({ username: 'admin', role: 'ADMIN' })
    await expect.poll(() => api.state.textContent()).toMatch(/^Status 200 · [\d,]+ ms · \d+ bytes$/)
    expect(api.sent).toEqual([{ query: expect.stringMatching(/^query First /), operationName: 'First' }])
  })

  step('completes fields and their arguments from the schema', async () => {
    await api.write('query Mine { ')
    await page.keyboard.type('organizati')
    const options = api.query.getByRole('option')
    await options.filter({ hasText: /^organizations/ }).waitFor()
    await page.keyboard.type('ons')
    await options
      .first()
      .filter({ hasText: /^organizations/ })
      .waitFor()
    await api.query.getByText('The organizations of the anchor, by name').waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.type('(fil')
    await options.filter({ hasText: 'filter' }).waitFor()
    expect(await violations(page)).toEqual([])
  })

  step('marks what the schema does not have, and shows the errors of the API as they came', async () => {
    await api.write('query Mine { viewer { username shoeSize } }')
    const mark = api.query.locator('.cm-lintRange-error')
    await mark.filter({ hasText: 'shoeSize' }).waitFor()
    await mark.hover()
    await api.query.getByText('Cannot query field "shoeSize"').waitFor()
    await page.getByRole('button', { name: 'Run query' }).click()
    const { errors } = JSON.parse(await api.shownResult())
    expect(errors[0].message).toContain('Cannot query field "shoeSize" on type "Viewer"')
  })

  step('sends variables, and says what is wrong with them before it sends anything', async () => {
    api.sent.length = 0
    await api.write('query Mine($first: Int!) { subordinates(first: $first) { totalCount } }')
    await api.write('{"first": ', api.variables)
    await page.getByRole('button', { name: 'Run query' }).click()
    await page.getByRole('alert').filter({ hasText: 'The variables cannot be sent. Invalid JSON' }).waitFor()
    await api.write('[1]', api.variables)
    await page.keyboard.press('Control+Enter')
    await page.getByRole('alert').filter({ hasText: 'Enter a JSON object' }).waitFor()
    expect(api.sent).toEqual([])
    await api.write('{"first": 3}', api.variables)
    await page.keyboard.press('Control+Enter')
    await eventually(() => expect(api.sent).toHaveLength(1))
    expect(api.sent[0]?.variables).toEqual({ first: 3 })
    expect(JSON.parse(await api.shownResult())).toEqual({ data: { subordinates: { totalCount: 0 } } })
    await api.write('query Mine { viewer { ')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('alert').filter({ hasText: 'The operation cannot be read in line 1' }).waitFor()
    expect(api.sent).toHaveLength(1)
  })

  step('runs the operation at the cursor', async () => {
    api.sent.length = 0
    await api.write('', api.variables)
    await api.write('query MineA { a: __typename }\nquery MineB { b: __typename }')
    await page.keyboard.press('Control+Enter')
    expect(JSON.parse(await api.shownResult())).toEqual({ data: { b: 'Query' } })
    await page.keyboard.press('Control+Home')
    await page.keyboard.press('Control+Enter')
    await eventually(async () => expect(await api.result.textContent()).toContain('"a"'))
    expect(api.sent.map(({ operationName }) => operationName)).toEqual(['MineB', 'MineA'])
  })

  step('keeps a history, opens an entry, and clears it', async () => {
    await api.help('History').click()
    const entries = page.getByRole('list', { name: 'History' }).getByRole('button')
    await expect.poll(() => entries.count()).toBeGreaterThan(3)
    await entries.filter({ hasText: 'subordinates' }).first().click()
    await api.editor.getByText('query Mine($first: Int!)').waitFor()
    await api.variables.getByText('"first"').waitFor()
    await page.getByRole('button', { name: 'Clear history' }).click()
    await page.getByText('Nothing yet.').waitFor()
    expect(await page.evaluate(() => Object.keys(localStorage))).not.toContain('playground admin')
  })

  step('offers the operations of the documents', async () => {
    await api.help('Ready').click()
    await page
      .getByRole('button', { name: 'inspectEntity query Check any entity as a third party would' })
      .click()
    await api.editor.getByText('inspectEntity').waitFor()
    await page.getByRole('button', { name: 'registerSubordinate mutation Register a subordinate.' }).click()
    await api.variables.getByText('"entityId"').waitFor()
    await page.getByRole('button', { name: 'Run mutation…' }).waitFor()
  })

  step('writes code that runs with an API key', async () => {
    await api.write('', api.variables)
    await api.write('query Mine { viewer { username')
    await page.getByText('The code appears when the operation can be sent.').waitFor()
    await api.write('query Mine { viewer { username role } }')
    const code = (await page.getByTestId('code').textContent()) ?? ''
    const environment = { PATH: process.env.PATH, INMOR_KEY: admin.keys.viewer }
    const { stdout } = await promisify(execFile)('sh', ['-e', '-c', code], { env: environment })
    expect(JSON.parse(stdout)).toEqual({ data: { viewer: { username: 'viewer', role: 'VIEWER' } } })
    await page.getByRole('button', { name: 'Python' }).click()
    await expect.poll(() => page.getByTestId('code').textContent()).toContain('os.environ["INMOR_KEY"]')
  })

  step('explains the field under the cursor, and finds others', async () => {
    await api.help('Documentation').click()
    await api.write('query Mine { subordinates { totalCount } }')
    await api.editor.getByText('subordinates').click()
    const shelf = page.getByRole('region', { name: 'Help with the operation' })
    await shelf.getByRole('heading', { name: 'subordinates' }).waitFor()
    await shelf.getByRole('button', { name: 'SubordinateFilter' }).click()
    await shelf.getByRole('heading', { name: 'SubordinateFilter' }).waitFor()
    await shelf.getByRole('button', { name: 'SubordinateState' }).click()
    await shelf.getByText('DOES_NOT_RESOLVE').waitFor()
    const link = shelf.getByRole('link', { name: 'Reference of SubordinateState' })
    await expect.poll(() => link.getAttribute('href')).toBe('/reference?name=SubordinateState')
    await shelf.getByRole('searchbox').fill('registerSub')
    await shelf.getByRole('button', { name: 'Mutation.registerSubordinate' }).click()
    await shelf.getByRole('heading', { name: 'registerSubordinate' }).waitFor()
    // The cursor moves on.
    await api.editor.getByText('totalCount').click()
    await shelf.getByRole('heading', { name: 'totalCount' }).waitFor()
    expect(await violations(page)).toEqual([])
  })

  step('fits into a small window', async () => {
    for (const width of [1280, 1024, 390]) {
      await page.setViewportSize({ width, height: 800 })
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    }
    await page.setViewportSize({ width: 1280, height: 800 })
  })

  step('types over a selection within the content security policy', async () => {
    await api.editor.click()
    await page.keyboard.press('Control+a')
    await page.keyboard.type('{ vie')
    await expect.poll(() => api.editor.textContent()).toContain('{ vie')
    expect(complaints).toEqual([])
  })
})
