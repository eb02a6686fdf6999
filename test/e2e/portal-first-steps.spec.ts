/** Tests the beginning in the portal: the invitation, the first steps of an organization, a mark and a change of keys. */
import { beforeAll, expect } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { openPage } from '#test/helpers/browser.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { checkEntity, invitePerson } from './portal-federation.ts'
import { pageInFile } from './signed-in-console.ts'

const TYPE = 'https://marks.example.org/member'

let organizationId: string

const make = (name: string, input: object, selection = 'id') => admin.mutate(name, input, selection, 'admin')

const admin = adminInFile()
beforeAll(async () => {
  const organization = { contacts: ['ops@north.example.org'] }
  await make('updateTrustAnchor', { displayName: 'Northern Federation', organization }, 'entityId')
  const contacts = [{ role: 'TECHNICAL', email: 'tech@library.example.org' }]
  organizationId = (await make('createOrganization', { name: 'Northern Library', contacts })).id
})
const entity = inFile(() =>
  startEntity({
    authorityHints: [admin.entityId],
    metadata: { openid_relying_party: { client_name: 'Archive', redirect_uris: ['https://a.example/back'] } },
  }),
)
const { page, complaints, main } = pageInFile(() => openPage(admin.adminUrl))

const stepOf = (title: string) => main().getByRole('listitem').filter({ hasText: title }).first()
const example = () => main().locator('pre')
const tab = (name: string) =>
  page.getByRole('navigation', { name: 'Parts of this entity' }).getByRole('link', { name })

journey('a person begins in a federation', (step) => {
  step('the invitation says who invites, for which organization, into which federation', async () => {
    await page.goto(await invitePerson(admin, { organizationId, email: 'anna@library.example.org' }))
    await main().getByText('You are invited to act for Northern Library in Northern Federation.').waitFor()
    await main().getByText('the operators of Northern Federation', { exact: true }).waitFor()
    await main().getByText('anna@library.example.org', { exact: true }).waitFor()
    expect(await violations(page)).toEqual([])
    const link = page.url()
    await page.goto('/invitation#unknown')
    await page.reload()
    await main().getByRole('alert').filter({ hasText: 'This invitation is not valid.' }).waitFor()
    expect(await main().getByLabel('New password', { exact: true }).count()).toBe(0)
    await page.goto(link)
    await page.reload()
    await page.getByLabel('New password', { exact: true }).fill(PASSWORD)
    await page.getByLabel('Repeat the new password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Set password and sign in' }).click()
    await page.waitForURL('/portal')
  })

  step('the first steps have an example with the values of the person', async () => {
    await main().getByRole('region', { name: 'First steps' }).waitFor()
    await stepOf('Publish an Entity Configuration').getByText('Now', { exact: true }).waitFor()
    await stepOf('Ask for the registration').getByText('Next', { exact: true }).waitFor()
    await stepOf('Ask for Trust Marks').getByText('After the registration').waitFor()
    await main().getByLabel('Your Entity Identifier').fill(entity.id)
    await main().getByText('Example of an Entity Configuration').click()
    await expect.poll(() => example().textContent()).toContain(`"sub": "${entity.id}"`)
    const claims = JSON.parse((await example().textContent()) ?? '')
    expect(claims).toMatchObject({
      authority_hints: [admin.entityId],
      metadata: {
        federation_entity: { organization_name: 'Northern Library', contacts: ['tech@library.example.org'] },
        openid_relying_party: { redirect_uris: [`${entity.id}/callback`] },
      },
    })
    await main().getByText(`${entity.id}/.well-known/openid-federation`).waitFor()
    await main().getByLabel('OpenID Provider').check()
    await expect.poll(() => example().textContent()).toContain(`"issuer": "${entity.id}"`)
    await main().getByRole('link', { name: 'ops@north.example.org' }).waitFor()
    expect(await violations(page)).toEqual([])
  })

  step('a request moves the steps on', async () => {
    await main().getByRole('link', { name: 'Register an entity' }).click()
    await expect.poll(() => main().getByLabel('Entity Identifier').inputValue()).toBe(entity.id)
    await main().getByText('Example of an Entity Configuration').click()
    await expect.poll(() => example().textContent()).toContain(`"sub": "${entity.id}"`)
    await main().getByRole('button', { name: 'Send request' }).click()
    await page.waitForURL('**/portal/request?**')
    await page.getByRole('link', { name: 'My entities' }).first().click()
    await stepOf('Publish an Entity Configuration').getByText('Done', { exact: true }).waitFor()
    await stepOf('Ask for the registration').getByText('Waits for the operators').waitFor()
    await stepOf('Ask for the registration').getByRole('link', { name: 'Registration of' }).waitFor()
    expect(await main().getByLabel('Your Entity Identifier').count()).toBe(0)
  })

  step('a mark has the line with which the entity publishes it', async () => {
    const { id } = await admin.server.db.request.findFirstOrThrow()
    await make('approveRequest', { id: btoa(`Request:${id}`) })
    await make('createTrustMarkType', { type: TYPE, description: 'A member' })
    await make('issueTrustMark', { trustMarkType: TYPE, entityId: entity.id })
    await page.goto('/portal')
    await main().getByRole('link', { name: 'Archive', exact: true }).click()
    await tab('Trust Marks').click()
    await main().getByText('Line for the Entity Configuration').click()
    const line = (await main().getByTestId('mark-line').textContent()) ?? ''
    entity.options.configuration = { trust_marks: [JSON.parse(line)] }
    await checkEntity(admin.server, entity)
    await page.reload()
    await main().getByText('Published in its Entity Configuration.').waitFor()
  })

  step('a change of keys shows how far it is', async () => {
    await tab('Keys').click()
    await stepOf('Announce the next key').getByText('Not begun').waitFor()
    await main().getByText('In both', { exact: true }).waitFor()
    const next = toPublicJwk(await generateSigningKey('ES256'))
    const jwks = { keys: [...entity.keys.keys, next] }
    entity.options.configuration = { ...entity.options.configuration, jwks }
    await checkEntity(admin.server, entity)
    await page.reload()
    await stepOf('Wait until the statement has it').getByText('Done', { exact: true }).waitFor()
    await stepOf('Sign with the next key').getByText('When caches have it').waitFor()
    await main().getByText(String(next.kid)).waitFor()
    await expect.poll(() => main().getByText('In both', { exact: true }).count()).toBe(2)
    expect(await violations(page)).toEqual([])
    expect(complaints).toEqual([])
  })
})
