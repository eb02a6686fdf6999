/** The console sends its documents as hashes: alone where sessions may send nothing else, and as texts to a server that is older. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openSignedIn } from '#test/e2e/signed-in-console.ts'
import { startBrowser } from '#test/helpers/browser.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { connectAdmin, type Product, startProduct } from '#test/helpers/product.ts'
import { mutate } from '#test/product/mutation.ts'

let product: Product
let browser: Browser
let page: Page
let entity: TestEntity
/** The bodies of the requests to GraphQL. */
let bodies: { query?: string; extensions?: object }[] = []

beforeAll(async () => {
  product = await startProduct(undefined, { TRUSTED_DOCUMENTS: 'sessions' })
  const { adminUrl, federationUrl } = product.installation
  entity = await startEntity({ authorityHints: [federationUrl], metadata: relyingParty })
  browser = await startBrowser()
  page = (await openSignedIn(browser, adminUrl, product.password, '/subordinates')).page
  page.on('request', (request) => {
    if (request.url().endsWith('/graphql')) bodies.push(request.postDataJSON())
  })
})
afterAll(async () => {
  await browser.close()
  await entity.close()
  await product.stop()
})
beforeEach(() => {
  bodies = []
})

const texts = () => bodies.filter(({ query }) => query)

test('no text of a document leaves the console', async () => {
  for (const path of ['/dashboard', '/subordinates', '/trust-anchor/edit', '/keys', '/account'])
    await page.goto(path).then(() => page.getByRole('heading', { level: 1 }).waitFor())
  expect(bodies.length).toBeGreaterThan(5)
  expect(texts()).toEqual([])
  for (const { extensions } of bodies)
    expect(JSON.stringify(extensions)).toMatch(/"sha256Hash":"[0-9a-f]{32}"/)
})

test('a mutation and the events of a subscription work', async () => {
  await page.goto('/subordinates')
  const admin = await connectAdmin(product.installation)
  await mutate(admin, 'registerSubordinate', { entityId: entity.id }, 'id')
  await page.getByRole('main').getByText(entity.id).first().waitFor() // by a subscription
  await page.goto('/renewals')
  await page.getByRole('button', { name: 'Renew subordinates' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Start' }).click()
  await page.getByRole('heading', { level: 1, name: 'Renewal of subordinates' }).waitFor()
  expect(texts()).toEqual([])
})

test('the page API asks for a pass, and sends texts with it', async () => {
  await page.goto('/playground')
  await page.getByText('This server executes only the operations of its console').waitFor()
  await page.getByRole('button', { name: 'Allow them for an hour' }).click()
  await page.getByText('This server executes only').waitFor({ state: 'hidden' })
  bodies = []
  await page.getByRole('button', { name: 'Run query' }).click()
  await page.getByText('"totalCount": 1').waitFor()
  expect(texts()).toHaveLength(1)
})

test('a page that is older than the server says so', async () => {
  await makeOlder(page)
  await page.goto('/keys')
  await page.getByText('This page is older than the server.').waitFor()
  expect(texts().length).toBeGreaterThan(0) // it tried
  await page.unroute('**/graphql')
})

test('a server that takes texts gets them for hashes that it does not have', async () => {
  const other = await startProduct()
  const watched = await openSignedIn(browser, other.installation.adminUrl, other.password, '/subordinates')
  await makeOlder(watched.page)
  await watched.page.goto('/keys')
  await watched.page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
  await watched.page.goto('/subordinates')
  const admin = await connectAdmin(other.installation)
  const member = await startEntity({
    authorityHints: [other.installation.federationUrl],
    metadata: relyingParty,
  })
  await mutate(admin, 'registerSubordinate', { entityId: member.id }, 'id')
  await watched.page.getByRole('main').getByText(member.id).first().waitFor() // by a subscription
  await watched.page.context().close()
  await member.close()
  await other.stop()
})

/** From now on the page names hashes that the server does not have. */
async function makeOlder(target: Page): Promise<void> {
  await target.route('**/graphql', (route) => {
    const postData = route
      .request()
      .postData()
      ?.replace(/("sha256Hash":")[0-9a-f]{8}/, '$100000000')
    return route.continue(postData === undefined ? {} : { postData })
  })
}
