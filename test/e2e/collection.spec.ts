/** Tests the collection in the console: empty, during a crawl, and with its results and failures. */
import { afterAll, expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { below, type Federation } from '#test/helpers/federation.ts'
import { journey } from '#test/helpers/journey.ts'
import { make } from './make.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

let federation: Federation
/** Below the same Intermediate; it delays the crawl until it is closed. */
let silent: TestEntity

const provider = {
  openid_provider: {
    display_name: 'Harbour sign-in',
    'display_name#sv': 'Hamnens inloggning',
    logo_uri: 'https://op.example/logo.svg',
  },
}

const admin = adminInFile()
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/explorer/collection'))
afterAll(() => federation.close())

journey('the collection is empty, is crawled, and is searched', (step) => {
  step('explains where a crawl begins before an entity is registered', async () => {
    await page.getByText('It starts at the subordinates of this Trust Anchor.').waitFor()
    expect(complaints).toEqual([])
  })

  step('starts a crawl that survives a reload, and shows its results and failures', async () => {
    federation = await below(admin.entityId).intermediate().leaf({ metadata: provider }).start()
    silent = await startEntity({ authorityHints: [federation.top.id], metadata: relyingParty })
    federation.top.adopt(silent)
    silent.misbehave('hang')
    await make(admin, 'registerSubordinate', { entityId: federation.top.id }, 'id')

    await page.getByRole('button', { name: 'Crawl now' }).click()
    await page.getByRole('heading', { name: 'Crawl running' }).waitFor()
    await page.reload()
    await page.getByRole('progressbar', { name: 'Federation crawl' }).waitFor()
    expect(await page.getByRole('button', { name: 'Crawl running' }).isDisabled()).toBe(true)
    await silent.close()
    await page.getByRole('heading', { name: 'Last crawl' }).waitFor()
    await page.getByText('Finished, 1 failed', { exact: true }).waitFor()
    await page.getByRole('link', { name: silent.id }).waitFor()
    await page.getByRole('cell', { name: 'Harbour sign-in' }).waitFor()
    expect(complaints).toEqual([])
  })

  step(
    'keeps search and filter in the address, and shows an entity without a fetch from its host',
    async () => {
      await page.getByLabel('Search', { exact: true }).fill('HARBOUR')
      await page.waitForURL('/explorer/collection?q=HARBOUR')
      await page.getByText('1 entity matches').waitFor()
      await page.getByLabel('Entity Type').selectOption('openid_relying_party')
      await page.getByText('No entity matches').waitFor()
      await page.goto('/explorer/collection?type=openid_provider')
      const before = federation.leaf.requests.length
      await page.getByRole('link', { name: 'Harbour sign-in' }).click()
      await page.getByRole('heading', { level: 1, name: 'Harbour sign-in' }).waitFor()
      await page.getByText('Hamnens inloggning').waitFor()
      await page.getByRole('link', { name: 'https://op.example/logo.svg' }).waitFor()
      await page.getByRole('definition').getByRole('link', { name: federation.top.id }).waitFor()
      expect(federation.leaf.requests.length).toBe(before)
      await page.getByRole('link', { name: 'Check trust' }).click()
      await page.getByRole('heading', { name: 'It resolves' }).waitFor()
      expect(complaints).toEqual([])
    },
  )
})
