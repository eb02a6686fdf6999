/** Tests what the console says about entities below an Intermediate that a policy breaks. */
import { afterAll, beforeAll, expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { relyingPartyNamed, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { type ManyEntities, registerMany } from '#test/helpers/many-entities.ts'
import { eventually } from '#test/helpers/product.ts'
import { startRun, watchRun } from '#test/helpers/run.ts'
import { register } from '#test/helpers/subordinate.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

let odd: TestEntity
let many: ManyEntities

const admin = adminInFile()
const federation = inFile(() => below(admin.entityId).intermediate().leaf().start())
beforeAll(async () => {
  const metadata = relyingPartyNamed('Odd one')
  odd = await startEntity({ metadata, authorityHints: [federation.top.id] })
  federation.top.adopt(odd)
  await register(admin, federation.top)
  await watchRun(admin, await startRun(admin, 'startCollectionWalk'))
})
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/'))
afterAll(() => Promise.all([odd.close(), many.close()]))

const setPolicy = (metadataPolicy: object) =>
  admin.mutate('updateFederationPolicy', { metadataPolicy }, 'version', 'admin')

journey('a policy breaks an entity below an Intermediate, and is taken back', (step) => {
  step('the dashboard, the collection and the page of the entity say that it would be refused', async () => {
    await page.goto('/explorer/collection')
    const row = page.getByRole('row').filter({ hasText: 'Odd one' })
    await row.getByText('Resolves', { exact: true }).waitFor()

    await setPolicy({ openid_relying_party: { client_name: { one_of: ['Test Relying Party'] } } })
    await page.goto('/')
    const alert = page.getByRole('link', { name: `1 entity below ${federation.top.id} would be refused` })
    await alert.waitFor({ timeout: 60_000 })
    await alert.click()
    await page.waitForURL('/explorer/collection?state=DOES_NOT_RESOLVE')
    await page.getByText('1 entity matches').waitFor()
    await row.getByText('Does not resolve').waitFor()

    await page.getByRole('link', { name: 'Odd one' }).click()
    const notice = page.getByRole('alert').filter({ hasText: 'Does not resolve' })
    await notice.getByText(/client_name/).waitFor()
    await notice.getByText('§6.1').waitFor()
    await notice.getByRole('link', { name: federation.top.id }).waitFor()
    const explorer = notice.getByRole('link', { name: 'See its Trust Chain in the explorer' })
    await expect.poll(() => explorer.getAttribute('href')).toContain(encodeURIComponent(odd.id))
    expect(complaints).toEqual([])
  })

  step('the effect of a policy names the entities below an Intermediate, grouped by difference', async () => {
    await setPolicy({})
    many = await registerMany(admin.server.db, admin.entityId, 40)
    await page.goto('/settings/policy')
    const editor = page.getByRole('textbox', { name: 'Metadata policy' })
    await editor.click()
    await page.keyboard.press('ControlOrMeta+a')
    const policy = {
      openid_relying_party: {
        client_name: { one_of: ['Test Relying Party'] },
        logo_uri: { default: 'https://ta.example/logo.svg' },
      },
    }
    await page.keyboard.insertText(JSON.stringify(policy))
    await page.getByRole('button', { name: 'Show the effect' }).click()
    const groups = page.getByRole('list', { name: 'Effect on members' }).locator(':scope > li')
    const ofBelow = groups.filter({ hasText: 'below' })
    const [breaking, changed] = [ofBelow.nth(0), ofBelow.nth(1)]
    await breaking.getByText('Would no longer resolve').waitFor()
    await breaking.getByText('openid_relying_party.client_name', { exact: true }).waitFor()
    await breaking.getByText('1 entity below an Intermediate', { exact: true }).waitFor()
    const link = breaking.getByRole('link', { name: 'Odd one' })
    await expect.poll(() => link.getAttribute('href')).toContain(encodeURIComponent(odd.id))
    await changed.getByText('is added: "https://ta.example/logo.svg"').waitFor()
    await changed.getByText(federation.leaf.id).waitFor()
    await page.getByText('what the crawl of').waitFor()
    expect(await violations(page)).toEqual([])

    const members = page.getByRole('list', { name: /^Would no longer resolve/ }).first()
    await expect.poll(() => members.getByRole('listitem').count()).toBe(20)
    await page.getByRole('button', { name: 'Show 20 more' }).click()
    await members.getByRole('listitem').nth(39).waitFor()
    await members.getByRole('link', { name: String(many.ids[39]), exact: true }).waitFor()
    await page.getByRole('button', { name: 'Show 20 more' }).waitFor({ state: 'detached' })

    await page.getByRole('button', { name: 'Save…' }).click()
    const question = page.getByRole('alertdialog')
    await question.getByText('1 entity below Intermediates would no longer resolve').waitFor()
    await question.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Discard' }).click()
    expect(complaints).toEqual([])
  })

  step('all is well again when the policy is taken back, without another crawl', async () => {
    await setPolicy({})
    await page.goto('/')
    await page.getByText('would be refused').waitFor({ state: 'detached', timeout: 60_000 })
    // The evaluation goes on while the pages are read.
    await eventually(async () => {
      await page.goto('/explorer/collection?state=ACTIVE')
      await page.getByText('3 entities match').waitFor({ timeout: 2_000 })
    })
    expect(complaints).toEqual([])
  })
})
