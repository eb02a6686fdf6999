/** Tests what a member sees in the portal: its entities, their problems, statements and Trust Marks, and nothing else. */
import { readFileSync } from 'node:fs'
import { Kind, parse } from 'graphql'
import { beforeEach, expect, test } from 'vitest'
import { PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { openPage, signIn } from '#test/helpers/browser.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { acceptInvitation, checkEntity, invitePerson, portalInFile } from './portal-federation.ts'
import { continueSession, pageInEach } from './signed-in-console.ts'

const email = 'anna@library.example.org'

/** The requests of pages of the portal. */
const asked: { body: string; anchor: string | undefined }[] = []

const federation = portalInFile()
const session = inFile(async () => {
  const { admin, organizationId } = federation
  return continueSession(admin, await signInAsMember(admin, { organizationId, email, name: 'Anna Ek' }))
})
const { page, complaints, main, title, returnToWindow } = pageInEach(() => session.open())
beforeEach(async () => {
  page.on('request', (request) => {
    const isOfPortal = new URL(page.url()).pathname.startsWith('/portal')
    if (!isOfPortal || new URL(request.url()).pathname !== '/graphql') return
    asked.push({ body: request.postData() ?? '', anchor: request.headers()['inmor-anchor'] })
  })
})

const row = (name: string) => main().getByRole('row').filter({ hasText: name })
const tab = (name: string) =>
  page.getByRole('navigation', { name: 'Parts of this entity' }).getByRole('link', { name })
const addressOf = (entityId: string) =>
  `/portal/entity?${new URLSearchParams({ anchor: 'main', id: entityId })}`

/** The console names its documents by hash. */
const documents: Record<string, string> = JSON.parse(readFileSync('web/build/documents.json', 'utf8'))
const documentOf = (body: string) => documents[JSON.parse(body).extensions.persistedQuery.sha256Hash] ?? ''

/** What a document asks for. */
const rootFields = (document: string) =>
  parse(document).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? definition.selectionSet.selections.map((field) => ('name' in field ? field.name?.value : undefined))
      : [],
  )

async function openEntity(name: string): Promise<void> {
  await page.goto('/portal')
  await main().getByRole('link', { name, exact: true }).click()
  await title(name).waitFor()
}

journey('a member sees the entities of the organization, and what is wrong with them', (step) => {
  step('the link of an invitation leads to the entities of the organization, and of no other', async () => {
    const { admin, organizationId } = federation
    const address = 'bo@library.example.org'
    const invited = await acceptInvitation(
      admin,
      await invitePerson(admin, { organizationId, email: address }),
    )
    await invited.page.getByRole('heading', { level: 1, name: 'My entities' }).waitFor()
    await invited.page.getByText(`Your username is ${address}.`).waitFor()
    expect(invited.complaints).toEqual([])
    await invited.page.context().close()

    await page.goto('/portal')
    await title('My entities').waitFor()
    await main().getByText('The state of the entities of Northern Library in Northern Federation.').waitFor()
    expect(await page.title()).toBe('My entities · Inmor')
    await row('Archive').getByText('Active', { exact: true }).waitFor()
    // Up to a tenth of the validity earlier.
    await row('Archive')
      .getByRole('cell', { name: /^in [67] days$/ })
      .waitFor()
    await row('Botany').getByText('Does not resolve').waitFor()
    await row('Botany').getByText(`The entity must add ${federation.admin.entityId}`).waitFor()
    await expect.poll(() => main().getByRole('row').count()).toBe(3)
    expect(await main().getByText('Foreign').count()).toBe(0)
    expect(await violations(page)).toEqual([])
  })

  step('shows only the entities with a problem, and all again', async () => {
    await main().getByText('1 of 2 entities has a problem.').waitFor()
    await main().getByRole('link', { name: 'Show only those with a problem' }).click()
    await row('Archive').waitFor({ state: 'detached' })
    await row('Botany').waitFor()
    await main().getByRole('link', { name: 'Show all entities' }).click()
    await row('Archive').waitFor()
  })

  step(
    'says what is wrong with an entity, with its section, since when, and what the checks found',
    async () => {
      await openEntity('Botany')
      const notice = main().getByRole('alert').filter({ hasText: 'Does not resolve' })
      await notice.getByText(`The entity must add ${federation.admin.entityId}`).waitFor()
      await notice.getByText('§3.1.2').waitFor()
      await notice.getByText('Since just now').waitFor()
      expect(await notice.getByRole('link').count()).toBe(0)
      await main().getByText('1 of the last 1 check failed').click()
      await main().getByText('Failed', { exact: true }).waitFor()
      expect(await violations(page)).toEqual([])
    },
  )

  step('shows the metadata as others see it, after the policy', async () => {
    const policy = { openid_relying_party: { contacts: { value: ['help@federation.example'] } } }
    await federation.admin.mutate('updateFederationPolicy', { metadataPolicy: policy }, 'version', 'admin')
    await openEntity('Archive')
    await tab('Metadata').click()
    const contacts = main().getByRole('row').filter({ hasText: 'contacts' })
    await contacts.getByText('added by the federation').waitFor()
    await contacts.getByText('help@federation.example').waitFor()
    await expect.poll(() => tab('Metadata').getAttribute('aria-current')).toBe('page')
    expect(await violations(page)).toEqual([])
  })

  step('shows the statement of the Trust Anchor and the configuration of the entity, to copy', async () => {
    const { admin, archive } = federation
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await tab('Statements').click()
    const panel = main().getByRole('region', { name: 'Subordinate Statement' })
    await panel.getByRole('button', { name: 'Copy', exact: true }).click()
    await panel.getByText('Copied the signed Subordinate Statement').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    await expect.poll(async () => (await admin.get('/fetch', { sub: archive.id })).text()).toBe(copied)
    await main().getByRole('region', { name: 'Entity Configuration' }).getByText('authority_hints').waitFor()
    expect(await violations(page)).toEqual([])
  })

  step('says which Trust Mark the entity has to publish, until it does', async () => {
    const { admin, archive } = federation
    await tab('Trust Marks').click()
    await main().getByText('No Trust Marks').waitFor()
    const type = `${admin.entityId}/member`
    await admin.mutate('createTrustMarkType', { type, description: 'Full member' }, 'id', 'admin')
    const issued = { entityId: archive.id, trustMarkType: type }
    const { mark } = await admin.mutate('issueTrustMark', issued, 'mark { jwt }', 'admin')
    await returnToWindow()
    const item = main().getByRole('listitem').filter({ hasText: 'Full member' })
    await item.getByText('Not in its Entity Configuration, as fetched last.').waitFor()
    await item.getByText('Active', { exact: true }).waitFor()
    await item.getByRole('button', { name: 'Copy JWT' }).click()
    await item.getByText('Copied the signed Trust Mark').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).toBe(mark.jwt)
    archive.options.configuration = { trust_marks: [{ trust_mark_type: type, trust_mark: copied }] }
    await checkEntity(admin.server, archive)
    await returnToWindow()
    await item.getByText('Published in its Entity Configuration.').waitFor()
    expect(complaints).toEqual([])
  })
})

test('what is of others, and what is not there, is nothing in the frame of the portal', async () => {
  for (const address of [
    addressOf(federation.foreign.id),
    addressOf(federation.archive.id).replace('main', 'none'),
    '/portal/entity?anchor=main&id=rubbish',
    '/portal/organization?id=none',
    '/portal/request?id=unknown',
  ]) {
    await page.goto(address)
    await title('Nothing here').waitFor()
  }
  expect(await violations(page)).toEqual([])
  await main().getByRole('link', { name: 'Go to my entities' }).click()
  await title('My entities').waitFor()
  expect(complaints).toEqual([])
})

test('addresses of the console lead to the portal', async () => {
  for (const path of ['/', '/subordinates?q=archive', '/a/main/settings/keys']) {
    await page.goto(path)
    await title('My entities').waitFor()
    expect(new URL(page.url()).pathname).toBe('/portal')
  }
  expect(complaints).toEqual([])
})

test('signing in leads to the page of the portal that was asked for', async () => {
  const other = await openPage(federation.admin.adminUrl)
  await other.page.goto('/portal/organization')
  await other.page.getByText('the e-mail address').waitFor()
  await signIn(other.page, email, PASSWORD)
  await other.page.waitForURL('/portal/organization')
  await other.page.getByRole('heading', { level: 1, name: 'Northern Library' }).waitFor()
  expect(other.complaints).toEqual([])
  await other.page.context().close()
})

test('a phone opens the navigation from the top bar, and keyboard users skip it', async () => {
  await page.goto('/portal')
  await title('My entities').waitFor()
  await page.keyboard.press('Tab')
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main')
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByRole('button', { name: 'Open the menu' }).click()
  const menu = page.getByRole('dialog', { name: 'Menu' })
  await menu.getByRole('link', { name: 'My organization' }).waitFor()
  await menu.getByRole('link', { name: 'My organization' }).click()
  await title('Northern Library').waitFor()
  await menu.waitFor({ state: 'detached' })
  expect(complaints).toEqual([])
})

test('an open page reads itself again each half minute, and stays while the server is away', async () => {
  const { admin, botany } = federation
  await page.clock.install()
  await page.goto('/portal')
  await main().getByText('1 of 2 entities has a problem.').waitFor()
  botany.misbehave(undefined)
  await checkEntity(admin.server, botany)
  await page.clock.runFor(31_000)
  await main().getByText('2 entities, none with a problem.').waitFor()
  expect(complaints).toEqual([])

  const lost = page.getByText('The connection to the server is lost.')
  await page.route('**/graphql', (request) => request.abort())
  await returnToWindow()
  await lost.waitFor()
  await title('My entities').waitFor()
  await page.unroute('**/graphql')
  await returnToWindow()
  await lost.waitFor({ state: 'detached' })
})

test('asks for nothing that needs a role, and names no anchor', async () => {
  await openEntity('Archive')
  const fields = asked.flatMap(({ body }) => rootFields(documentOf(body)))
  expect([...new Set(fields)].toSorted()).toEqual(['organizationEntity', 'request', 'viewer'])
  expect(asked.filter(({ anchor }) => anchor !== undefined)).toEqual([])
  expect(complaints).toEqual([])
})
