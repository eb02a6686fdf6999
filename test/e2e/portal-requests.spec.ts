/** Tests how a member asks the operators in the portal: a registration, from failed checks to the entity, and the rest. */
import { expect } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { violations } from '#test/helpers/axe.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { openOwnPortal, portalInFile } from './portal-federation.ts'
import { pageInFile } from './signed-in-console.ts'

const email = 'anna@library.example.org'

const federation = portalInFile()
const entity = inFile(() => startEntity({ authorityHints: ['https://other.example.org'] }))
const { page, main, dialog, title, returnToWindow } = pageInFile(() => openOwnPortal(federation, { email }))

const press = (name: string, on = main()) => on.getByRole('button', { name, exact: true }).click()
const screen = (name: string | RegExp) =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name })
const notice = (text: string) => main().getByRole('note').filter({ hasText: text })
const conversation = () => main().getByRole('list', { name: 'Conversation' })

/** The id in the address of the open request. */
const requestId = () => new URL(page.url()).searchParams.get('id') ?? ''

async function operate(name: string, input: object = {}): Promise<void> {
  const result = await federation.admin.mutate(name, { id: requestId(), ...input }, 'state')
  if (result.message) throw new Error(result.message)
  await returnToWindow()
}

async function openEntity(name: string): Promise<void> {
  await page.goto('/portal')
  await main().getByRole('link', { name, exact: true }).click()
  await title(name).waitFor()
}

journey('a member asks for a registration, and for all that follows', (step) => {
  step('says that nothing was asked yet, and how to begin', async () => {
    await screen('Requests').click()
    await main().getByRole('heading', { name: 'No requests yet' }).waitFor()
    expect(await violations(page)).toEqual([])
    await main().getByRole('link', { name: 'Register an entity' }).last().click()
    await title('Register an entity').waitFor()
  })

  step('refuses what is no Entity Identifier at the field, without a request to the entity', async () => {
    await main().getByLabel('Entity Identifier').fill('nonsense')
    await press('Send request')
    await main().getByRole('alert').filter({ hasText: 'is a URL such as' }).waitFor()
    expect(entity.requests).toEqual([])
  })

  step('shows each failed check of the entity with its section, and keeps the input', async () => {
    await main().getByLabel('Entity Identifier').fill(entity.id)
    await main().getByLabel('Message to the operators').fill('The catalogue of the library.')
    await press('Send request')
    await main().getByText('2 checks failed.').waitFor()
    const checks = main().getByRole('region', { name: 'Checks of the entity' }).getByRole('listitem')
    for (const [check, section] of [
      ['It names this Trust Anchor as its superior', '§3.1.2'],
      ['It declares at least one Entity Type', '§5'],
    ] as const)
      await checks.filter({ hasText: check }).getByText(`(${section})`).waitFor()
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.hasAttribute('data-refusal')))
      .toBe(true)
    await expect.poll(() => main().getByLabel('Message to the operators').inputValue()).toContain('catalogue')
    expect(await violations(page)).toEqual([])
  })

  step('asks before a link discards the input, and a refresh keeps it', async () => {
    await screen('My organization').click()
    await press('Stay', page.getByRole('alertdialog'))
    const answered = page.waitForResponse(
      (response) => response.request().postData()?.includes('OpenRequests') ?? false,
    )
    await returnToWindow()
    await answered
    await expect.poll(() => main().getByLabel('Entity Identifier').inputValue()).toBe(entity.id)
  })

  step('sends the request once the entity is fixed, and shows it', async () => {
    entity.options.authorityHints = [federation.admin.entityId]
    entity.options.metadata = {
      openid_relying_party: { client_name: 'Catalogue', redirect_uris: ['https://rp.example/callback'] },
    }
    await press('Send request')
    await page.waitForURL('/portal/request?id=*')
    await main().getByText('Waits for the operators', { exact: true }).waitFor()
    await conversation().getByText('The catalogue of the library.').waitFor()
    await main().getByRole('region', { name: 'Checks' }).getByText('At submission').waitFor()
    expect(await violations(page)).toEqual([])
  })

  step(
    'shows the question of the operators on every page, without a name, and takes the answer',
    async () => {
      await operate('returnRequest', { message: 'Which faculty?' })
      await notice('The operators ask you').getByText('Which faculty?').waitFor()
      await conversation().getByText('The operators').waitFor()
      expect(await main().getByText('operator', { exact: true }).count()).toBe(0)
      expect(await violations(page)).toEqual([])
      await screen('Requests 1 waiting for you').click()
      await main().getByText('Waits for you', { exact: true }).waitFor()
      expect(await violations(page)).toEqual([])
      await screen('My entities').click()
      await notice('A request waits for you').getByRole('link').click()
      await main().getByLabel('Comment').fill('Law.')
      await press('Send comment')
      await main().getByText('Waits for the operators', { exact: true }).waitFor()
      await conversation().getByText('Law.').waitFor()
      expect(await screen(/Requests/).textContent()).not.toContain('1')
    },
  )

  step('shows the approval, and the entity among the others', async () => {
    await operate('approveRequest', { message: 'Welcome.' })
    await notice('Approved').getByText('The entity was registered.').waitFor()
    await conversation().getByText('Welcome.').waitFor()
    await main().getByRole('region', { name: 'Checks' }).getByText('At the approval').waitFor()
    expect(await main().getByRole('button', { name: 'Withdraw…' }).count()).toBe(0)
    await notice('Approved').getByRole('link', { name: 'Go to the entity' }).click()
    await title('Catalogue').waitFor()
    await screen('My entities').click()
    await main().getByRole('row').filter({ hasText: 'Catalogue' }).getByText('Active').waitFor()
  })

  step('asks for a Trust Mark after a refusal at the field', async () => {
    const { admin } = federation
    const type = `${admin.entityId}/member`
    await admin.mutate('createTrustMarkType', { type, description: 'Full member' }, 'id', 'admin')
    await openEntity('Catalogue')
    expect(await violations(page)).toEqual([])
    await press('Ask for a Trust Mark…')
    const choice = dialog().getByLabel('Trust Mark type')
    await expect
      .poll(() => choice.getByRole('option').allTextContents())
      .toEqual(['Choose a type', expect.stringContaining('Full member')])
    await press('Send request', dialog())
    await dialog().getByRole('alert').first().waitFor()
    expect(await violations(page, '[role=dialog]')).toEqual([])
    await choice.selectOption(type)
    await dialog().getByText('An operator decides.').waitFor()
    await press('Send request', dialog())
    await page.waitForURL('/portal/request?id=*')
    await main().getByText(type).waitFor()
    await operate('approveRequest')
    await notice('The Trust Mark was issued.').getByRole('link').click()
    await main().getByRole('listitem').filter({ hasText: 'Full member' }).getByText('Active').waitFor()
  })

  step('asks for other keys, after saying what is wrong with them', async () => {
    const next = toPublicJwk(await generateSigningKey('ES256'))
    await openEntity('Catalogue')
    await main().getByRole('link', { name: 'Ask for a change…' }).click()
    await press('Send request')
    await main().getByRole('alert').filter({ hasText: 'Say what to change' }).waitFor()
    expect(await violations(page)).toEqual([])
    const keys = main().getByRole('region', { name: 'Keys', exact: true })
    await keys.getByLabel('Record these keys').check()
    await keys.getByText(String(entity.keys.keys[0]?.kid)).waitFor()
    await keys.getByLabel('Add keys').fill(JSON.stringify({ ...next, d: 'secret' }))
    await press('Add to the keys', keys)
    expect(await violations(page)).toEqual([])
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.postData() ?? ''))
    await press('Send request')
    await page.waitForFunction(() => document.activeElement?.closest('[data-fault]'))
    await keys.getByText('has the private member').waitFor()
    expect(asked.filter((body) => body.includes('SubmitRequest'))).toEqual([])
    await press(`Remove the key ${next.kid}`, keys)
    await keys.getByLabel('Add keys').fill(JSON.stringify(next))
    await press('Add to the keys', keys)
    await press('Send request')
    await page.waitForURL('/portal/request?id=*')
    await title(`Change of ${entity.id}`).waitFor()
    await main().getByText(String(next.kid)).first().waitFor()
    await operate('approveRequest')
    await notice('The change was recorded.').waitFor()
    const row = await federation.admin.server.db.subordinate.findUniqueOrThrow({
      where: { entityId: entity.id },
    })
    expect(row.jwks).toEqual({ keys: [...entity.keys.keys, next] })
  })

  step('withdraws a request, and links to an open one instead of offering another', async () => {
    await openEntity('Catalogue')
    await press('Ask for removal…')
    await dialog().getByText('Its Subordinate Statement is not served any more.').waitFor()
    expect(await violations(page, '[role=dialog]')).toEqual([])
    await press('Send request', dialog())
    await page.waitForURL('/portal/request?id=*')
    await openEntity('Catalogue')
    await notice('Open request: Withdrawal').waitFor()
    expect(
      await main()
        .getByRole('button', { name: /Ask for/ })
        .count(),
    ).toBe(0)
    expect(await violations(page)).toEqual([])
    await notice('Open request: Withdrawal').getByRole('link').click()
    await press('Withdraw…')
    await dialog().getByLabel('Message to the operators').fill('By mistake.')
    expect(await violations(page, '[role=dialog]')).toEqual([])
    await press('Withdraw request', dialog())
    await notice('Withdrawn').waitFor()
    await conversation().getByText('By mistake.').waitFor()
  })

  step('an approved removal takes the entity away', async () => {
    await openEntity('Catalogue')
    await press('Ask for removal…')
    await press('Send request', dialog())
    await page.waitForURL('/portal/request?id=*')
    await operate('approveRequest')
    await notice('The entity was removed.').waitFor()
    await screen('My entities').click()
    await main().getByRole('row').filter({ hasText: 'Archive' }).waitFor()
    expect(await main().getByText('Catalogue').count()).toBe(0)
  })
})
