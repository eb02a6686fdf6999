/** Tests a promotion in the console: members of one anchor come to another one, after their plan. */
import { beforeAll, expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const TYPE = 'https://marks.example.org/member'

const as = (name: string, input: object, selection = 'id') => admin.mutate(name, input, selection, 'admin')

const admin = adminInFile()
const anchorId = () => `${admin.entityId}/test`
beforeAll(async () => {
  await as('updateTrustAnchor', { displayName: 'Main federation' }, 'slug')
  await as(
    'createTrustAnchor',
    { slug: 'test', entityId: anchorId(), displayName: 'Test federation' },
    'slug',
  )
})
const ready = inFile(() => startMember('Archive', [admin.entityId, anchorId()]))
const early = inFile(() => startMember('Botany', [anchorId()]))
beforeAll(async () => {
  await as('createTrustMarkType', { anchor: 'test', type: TYPE, description: 'Member' })
  await as('issueTrustMark', { anchor: 'test', trustMarkType: TYPE, entityId: ready.id })
})
const { page, complaints, dialog } = pageInFile(() => openSignedIn(admin, '/a/test/subordinates'))

async function startMember(client_name: string, authorityHints: string[]): Promise<TestEntity> {
  const member = await startEntity({ authorityHints, metadata: { openid_relying_party: { client_name } } })
  await as('registerSubordinate', { anchor: 'test', entityId: member.id, note: 'Tested.' })
  return member
}

const bar = (name: string) => page.getByRole('button', { name })

journey('members of one anchor come to another one', (step) => {
  step('shows what would come to the other anchor, and changes nothing there', async () => {
    await page.getByLabel('Select all on this page').check()
    await bar('Promote…').click()
    // There is one other anchor.
    await expect.poll(() => dialog().getByLabel('To anchor').inputValue()).toBe('main')
    await expect.poll(() => dialog().getByLabel('The selected ones (2)').isChecked()).toBe(true)
    await dialog().getByLabel('All subordinates (2)').check()
    await dialog().getByRole('button', { name: 'Show what would happen' }).click()
    await dialog().getByText('3 to create.').waitFor()
    const planned = dialog().getByRole('list', { name: 'The objects' })
    for (const name of [TYPE, ready.id, early.id]) await planned.getByText(name).first().waitFor()
    expect(await violations(page, '[role=dialog]')).toEqual([])
    await dialog().getByRole('button', { name: 'Examine 2 members now' }).click()
    const refused = dialog().getByRole('region', { name: '1 would be refused' })
    await refused.getByText(early.id).waitFor()
    await refused.getByText('authority_hints').waitFor()
    const promoted = dialog().getByRole('region', { name: '2 would be promoted' })
    await promoted.getByText(TYPE).waitFor()
    await promoted.getByText(ready.id).waitFor()
    expect(await violations(page, '[role=dialog]')).toEqual([])
    expect(await (await admin.get('/list')).json()).toEqual([])
  })

  step('promotes after the confirmation, and leads to the run in the other anchor', async () => {
    await dialog().getByRole('button', { name: 'Promote to Main federation' }).click()
    await dialog().getByText('The promotion has started').waitFor()
    await dialog().getByRole('link', { name: 'Open the run in Main federation' }).click()
    await page.waitForURL(/\/a\/main\/activity\/.+/)
    await page.getByRole('heading', { level: 1, name: 'Promotion of subordinates' }).waitFor()
    await page.getByText('Finished, 1 failed', { exact: true }).waitFor()
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Subordinates' }).click()
    await page.getByRole('link', { name: 'Archive' }).click()
    await page.getByText('Tested.').waitFor()
    await expect.poll(async () => (await admin.get('/list')).json()).toEqual([ready.id])
  })

  step('is for users who may register members in the other anchor', async () => {
    const { data } = await admin.execute(
      '{ users(filter: { search: "operator" }) { edges { node { id } } } }',
    )
    const [{ node }] = data.users.edges
    await as('updateUser', { id: node.id, anchorRoles: [{ anchor: 'test', role: 'VIEWER' }] })
    const theirs = await openSignedIn(admin, '/a/test/subordinates', 'operator')
    await theirs.page.getByLabel('Select Archive').check()
    await theirs.page.getByRole('button', { name: 'Promote…' }).waitFor()
    expect(await theirs.page.getByRole('button', { name: 'Renew…' }).count()).toBe(0)
    await theirs.page.goto('/a/main/subordinates')
    await theirs.page.getByLabel('Select Archive').check()
    await theirs.page.getByRole('button', { name: 'Renew…' }).waitFor()
    expect(await theirs.page.getByRole('button', { name: 'Promote…' }).count()).toBe(0)
    expect(theirs.complaints).toEqual([])
    await theirs.page.context().close()
    expect(complaints).toEqual([])
  })
})
