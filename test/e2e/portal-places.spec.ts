/** Tests the portal with more than one organization, anchor and page of entities. */
import { afterAll, expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { type ManyEntities, registerMany } from '#test/helpers/many-entities.ts'
import { openAsMember } from './portal-federation.ts'
import { pageInFile } from './signed-in-console.ts'

/** More than a page. */
const COUNT = 60
const email = 'anna@library.example.org'

let entities: ManyEntities
let museum: string

const make = (name: string, input: object, selection = 'id') => admin.mutate(name, input, selection, 'admin')

const admin = adminInFile()
const library = inFile(() => make('createOrganization', { name: 'Northern Library' }))
const { page, complaints, main, title, panel } = pageInFile(() =>
  openAsMember(admin, { organizationId: library.id, email }),
)
afterAll(() => entities.close())

journey('a person sees entities of several organizations and anchors', (step) => {
  step('shows one more page of entities at a time, to the last', async () => {
    const { db } = admin.server
    entities = await registerMany(db, admin.entityId, COUNT)
    const { id: organizationId } = await db.organization.findFirstOrThrow()
    await db.subordinate.updateMany({ data: { organizationId } })
    await page.reload()
    const more = main().getByRole('link', { name: 'Show more' })
    await expect.poll(() => main().getByRole('row').count()).toBe(51)
    await more.click()
    await expect.poll(() => main().getByRole('row').count()).toBe(COUNT + 1)
    expect(await more.count()).toBe(0)
    const shown = await main().locator('td .identifier').allTextContents()
    expect(shown.toSorted()).toEqual(entities.ids.toSorted())
  })

  step('keeps organizations and anchors apart, and says which is inactive or paused', async () => {
    const slug = 'test'
    const second = { slug, entityId: `${admin.entityId}/test`, displayName: 'Second federation' }
    await make('createTrustAnchor', second, 'slug')
    await make('admitOrganization', { id: library.id, to: slug })
    museum = (await make('createOrganization', { anchor: slug, name: 'Southern Museum' })).id
    await make('invitePerson', { organizationId: museum, email })
    await make('updateOrganization', { anchor: slug, id: museum, active: false })
    await make('pauseTrustAnchor', { anchor: slug }, 'slug')
    await page.goto('/portal')
    await main().getByRole('note').filter({ hasText: 'Southern Museum is inactive' }).waitFor()
    await main().getByRole('note').filter({ hasText: 'Second federation is paused' }).waitFor()
    await panel('Northern Library in Second federation').getByText('No entity of Northern Library').waitFor()
    await panel('Southern Museum').getByText('No entity of Southern Museum').waitFor()
    expect(await violations(page)).toEqual([])
    const [first] = await main().getByRole('region').all()
    await first?.getByRole('link', { name: 'Show more' }).click()
    await expect.poll(() => first?.getByRole('row').count()).toBe(COUNT + 1)
  })

  step('has a page for each organization', async () => {
    const navigation = page.getByRole('navigation', { name: 'Main' })
    for (const name of ['Southern Museum', 'Northern Library']) {
      await navigation.getByRole('link', { name }).click()
      await title(name).waitFor()
      await expect
        .poll(() => navigation.getByRole('link', { name }).getAttribute('aria-current'))
        .toBe('page')
    }
    await panel('Overview').getByText('Second federation').waitFor()
  })

  step('asks for which organization an entity shall be registered', async () => {
    await page.goto('/portal/register')
    await main()
      .getByLabel('Entity Identifier')
      .fill(entities.ids[0] ?? '')
    await main().getByLabel('Organization and Trust Anchor').selectOption({ index: 1 })
    expect(await violations(page)).toEqual([])
    await main().getByRole('button', { name: 'Send request' }).click()
    await main().getByRole('alert').filter({ hasText: 'is already registered' }).waitFor()
    expect(complaints).toEqual([])
  })
})
