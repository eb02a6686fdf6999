/** Tests Intermediates in the console: a new anchor under another one, and one that becomes an Intermediate later. */
import { beforeAll, expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

let sector: string

const as = (name: string, input: object, selection = 'slug') => admin.mutate(name, input, selection, 'admin')

const admin = adminInFile()
const leaf = inFile(() =>
  startEntity({ authorityHints: [`${admin.entityId}/sector`], metadata: relyingParty }),
)
beforeAll(async () => {
  sector = `${admin.entityId}/sector`
  await as('updateTrustAnchor', { displayName: 'Main federation' })
})
const { page, complaints, dialog } = pageInFile(() => openSignedIn(admin, '/administration/new'))

const row = (name: string) => page.getByRole('table', { name: 'Anchors' }).getByRole('row', { name })

async function askAbout(name: string): Promise<void> {
  await page.getByRole('button', { name: `What to do with ${name}` }).click()
  await page.getByRole('menuitem', { name: 'Make Intermediate' }).click()
  await dialog().waitFor()
}

journey('anchors become Intermediates', (step) => {
  step('a new anchor is an Intermediate in one action', async () => {
    await page.getByLabel('Name', { exact: true }).fill('Sector')
    expect(await page.getByLabel('Superior').inputValue()).toBe('')
    await page.getByLabel('Superior').selectOption({ label: 'Main federation' })
    await page.getByLabel('Entity Identifier').fill(sector)
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Create anchor' }).click()
    await page.waitForURL('/administration/anchors/sector')
    await page.getByRole('heading', { level: 1, name: 'Sector' }).waitFor()
    await page.goto('/administration')
    await row('Sector').getByText('Intermediate under Main federation').waitFor()
  })

  step('a leaf below it resolves at its superior', async () => {
    await as('registerSubordinate', { anchor: 'sector', entityId: leaf.id }, 'id')
    const resolve = () => admin.get('/resolve', { sub: leaf.id, trust_anchor: admin.entityId })
    await expect.poll(async () => (await resolve()).status).toBe(200)
    const [, payload = ''] = (await (await resolve()).text()).split('.')
    const { trust_chain: chain } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    // The leaf, the Intermediate about it, the Trust Anchor about the Intermediate, and the Trust Anchor.
    expect(chain).toHaveLength(4)
  })

  step('an anchor becomes an Intermediate later', async () => {
    await as('createTrustAnchor', { slug: 'late', entityId: `${admin.entityId}/late`, displayName: 'Late' })
    await page.reload()
    await askAbout('Late')
    await dialog().getByLabel('Superior').selectOption({ label: 'Sector' })
    await dialog().getByText('Late names Sector in its authority hints').waitFor()
    expect(await violations(page, '[role=dialog]')).toEqual([])
    await dialog().getByRole('button', { name: 'Make Intermediate' }).click()
    await row('Late').getByText('Intermediate under Sector').waitFor()
  })

  step('a superior that is below it is refused at its field', async () => {
    await askAbout('Main federation')
    await dialog().getByLabel('Superior').selectOption({ label: 'Late' })
    await dialog().getByRole('button', { name: 'Make Intermediate' }).click()
    await dialog().getByText('choose another superior').waitFor()
    await expect.poll(() => dialog().getByLabel('Superior').getAttribute('aria-invalid')).toBe('true')
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    await dialog().waitFor({ state: 'hidden' })
    expect(complaints).toEqual([])
  })
})
