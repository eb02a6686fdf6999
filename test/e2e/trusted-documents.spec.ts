/** The console sends its documents as hashes: alone where sessions may send nothing else, and as texts to a server that is older. */
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { adminInFile, startAdmin } from '#test/helpers/admin.ts'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { journey } from '#test/helpers/journey.ts'
import { eventually } from '#test/helpers/product.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { graphiqlOf } from './graphiql-page.ts'
import { make } from './make.ts'
import { openLive, openSignedIn, sessionInFile } from './signed-in-console.ts'

let page: Page
/** The bodies of the requests to GraphQL. */
let bodies: { query?: string; extensions?: object }[] = []

const admin = adminInFile({}, { trustedDocuments: 'sessions' })
const entity = memberInFile(admin)
const session = sessionInFile(admin)
beforeEach(async () => {
  bodies = []
  ;({ page } = await session.open())
  page.on('request', (request) => {
    if (request.url().endsWith('/graphql')) bodies.push(request.postDataJSON())
  })
  return () => page.close()
})

const texts = () => bodies.filter(({ query }) => query)

journey('the console sends hashes alone', (step) => {
  step('no text of a document leaves the console', async () => {
    for (const path of ['/dashboard', '/subordinates', '/settings/edit', '/settings/keys', '/account'])
      await page.goto(path).then(() => page.getByRole('heading', { level: 1 }).waitFor())
    expect(bodies.length).toBeGreaterThan(5)
    expect(texts()).toEqual([])
    for (const { extensions } of bodies)
      expect(JSON.stringify(extensions)).toMatch(/"sha256Hash":"[0-9a-f]{32}"/)
  })

  step('a mutation and the events of a subscription work', async () => {
    await openLive(page, '/subordinates')
    const { id } = await make(admin, 'registerSubordinate', { entityId: entity.id }, 'id')
    let hours = 24
    // By a subscription. Events before its begin are not sent, so there is another one.
    await eventually(async () => {
      hours += 1
      await make(admin, 'updateSubordinate', { id, validFor: hours })
      await page.getByRole('main').getByText(entity.id).first().waitFor({ timeout: 2_000 })
    })
    await page.goto('/activity')
    await page.getByRole('button', { name: 'Renew subordinates' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Start' }).click()
    await page.getByRole('heading', { level: 1, name: 'Renewal of subordinates' }).waitFor()
    expect(texts()).toEqual([])
  })

  step('the page API asks for a pass, and sends texts with it', async () => {
    await page.goto('/administration/api')
    await page.getByText('This server executes only the operations of its console').waitFor()
    await page.getByRole('button', { name: 'Allow them for an hour' }).click()
    await page.getByText('This server executes only').waitFor({ state: 'hidden' })
    const api = graphiqlOf(page)
    await api.shows('subordinates')
    await api.execute.click()
    await api.answers('"totalCount":1')
    expect(texts().at(-1)?.query).toMatch(/^query First/)
  })
})

test('a page that is older than the server says so', async () => {
  await makeOlder(page)
  await page.goto('/settings/keys')
  await page.getByText('This page is older than the server.').waitFor()
  expect(texts().length).toBeGreaterThan(0) // it tried
})

test('a server that takes texts gets them for hashes that it does not have', async () => {
  const other = await startAdmin()
  const watched = await openSignedIn(other, '/subordinates')
  await makeOlder(watched.page)
  await watched.page.goto('/settings/keys')
  await watched.page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
  await watched.page.goto('/subordinates')
  const member = await startEntity({
    authorityHints: [other.entityId],
    metadata: relyingParty,
  })
  await make(other, 'registerSubordinate', { entityId: member.id }, 'id')
  await watched.page.getByRole('main').getByText(member.id).first().waitFor() // by a subscription
  await watched.page.context().close()
  await member.close()
  await other.close()
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
