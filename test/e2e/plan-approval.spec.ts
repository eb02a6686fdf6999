/** Tests that the page of an approval of configuration files is their plan, from the request to the run that applies it. */
import { beforeAll, expect } from 'vitest'
import { PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { protect, signIn, waiting } from '../server/protection/people.ts'
import { addPasskey, button, heading, main, policyOf } from './change-pages.ts'
import { startAdminAtLocalhost } from './localhost.ts'
import { make, read } from './make.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = inFile(() => startAdminAtLocalhost())
const member = memberInFile(admin)
beforeAll(async () => {
  await make(admin, 'registerSubordinate', { entityId: member.id }, 'id')
  for (const username of ['alice', 'bob'])
    await make(admin, 'createUser', { username, password: PASSWORD, role: 'ADMIN' }, 'id')
})
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/account', 'bob'))
const alice = inFile(() => signIn(admin, 'alice'))

/** The id of the approval that the files need. */
async function apply(sections: object): Promise<string> {
  const content = JSON.stringify({ apiVersion: 'inmor/v1', anchor: 'main', ...sections })
  const document =
    'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { ... on ApplyConfigurationSuccess { run { id } } } }'
  const input = { files: [{ name: 'main.json', content }], commit: 'c0ffee' }
  const id = waiting(await alice.execute(document, { input }))
  await alice.mutate('commentApproval', { id, text: 'Reviewed.' }, 'id')
  return id
}

const open = (id: string) => page.goto(`/requests/approvals/${encodeURIComponent(id)}`)
const objects = () => main(page).getByRole('list', { name: 'The objects' }).locator('> li')
const essential = { openid_relying_party: { policy_uri: { essential: true } } }

journey('the plan of configuration files is approved on its page', (step) => {
  let id: string

  step('the page shows who stops to resolve, and each object with its fields', async () => {
    await addPasskey(page)
    await protect(admin, ['ANCHOR', 'MEMBERS'])
    id = await apply({ metadataPolicy: essential, organizations: [{ name: 'University' }] })
    await open(id)
    await heading(page, 'Apply configuration files: 2 objects').waitFor()
    await main(page).getByText('1 to create, 1 to change.').waitFor()
    const effect = main(page).getByRole('list', { name: 'Effect on members' })
    await effect.getByText('essential requires the parameter, but it is absent.').waitFor()
    expect(await effect.textContent()).toMatch(/^\s*Would no longer resolve\s*1 member/)
    await effect.getByRole('link', { name: 'Test Relying Party' }).waitFor()
    await expect.poll(() => objects().count()).toBe(2)
    await objects()
      .first()
      .getByRole('row', { name: /policy_uri.*essential/s })
      .getByText('true')
      .waitFor()
    expect(await objects().last().textContent()).toMatch(/Create\s*organization\s*University/)
    expect(await violations(page)).toEqual([])
  })

  step('when something changes before the approval, the page says that it would do nothing', async () => {
    const changed = main(page).getByRole('alert').getByText('This plan is another one than was asked for')
    expect(await changed.count()).toBe(0)
    await make(admin, 'createOrganization', { name: 'University' }, '__typename')
    await open(id)
    await changed.waitFor()
    await main(page).getByText('1 to change.').waitFor()
    await button(page, 'Sign and approve').click()
    await main(page).getByText('It would do something else than when it was asked for').waitFor()
    await main(page)
      .getByRole('rowheader', { name: /organizations University.*verb/s })
      .waitFor()
    await expect.poll(() => changed.count()).toBe(0)
    expect(await violations(page)).toEqual([])
  })

  step('the passkey of a second person applies it, and the run shows what was done', async () => {
    await button(page, 'Sign and approve').click()
    await page.getByRole('note').getByText('Approved and executed').waitFor()
    await main(page).getByText('metadataPolicy', { exact: true }).first().waitFor()
    await page.getByRole('link', { name: 'See the run that it started' }).click()
    await heading(page, 'Configuration files').waitFor()
    await page.getByText('Commit c0ffee.').waitFor()
    const results = main(page).getByRole('list', { name: 'Results' }).locator('> li')
    await expect.poll(() => results.first().textContent()).toMatch(/^\s*Metadata policy\s*Changed/)
    await results.first().getByText('1 field').click()
    await results
      .first()
      .getByRole('row', { name: /policy_uri.*essential/s })
      .waitFor()
    const { trustAnchor } = await read(admin, '{ trustAnchor { metadataPolicy } }')
    expect(trustAnchor.metadataPolicy).toEqual(essential)
  })

  step('files that can no longer be planned are shown with their faults', async () => {
    const faulty = await apply({ metadataPolicy: policyOf('Faulty') })
    const owner = { section: 'metadataPolicy', key: '' }
    await admin.server.db.fileObject.update({ where: { section_key: owner }, data: { fileSet: 'other' } })
    await open(faulty)
    const faults = main(page).getByRole('alert')
    await faults.getByText('It can no longer be planned, so approving it would do nothing.').waitFor()
    await faults.getByText('is described by the set other').waitFor()
    expect(await objects().count()).toBe(0)
    expect(complaints).toEqual([])
  })
})
