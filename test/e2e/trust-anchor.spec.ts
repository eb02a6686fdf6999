/** Tests the settings of the Trust Anchor, and the federation policy with its preview. */
import { beforeAll, expect } from 'vitest'
import type { Metadata } from '#core/metadata.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { relyingParty, startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { eventually } from '#test/helpers/product.ts'
import { make } from './make.ts'
import { pageInEach, sessionInFile } from './signed-in-console.ts'

const admin = adminInFile()
const start = (metadata: Metadata) => startEntity({ authorityHints: [admin.entityId], metadata })
const named = inFile(() => start(relyingParty))
const nameless = inFile(() => start({ openid_relying_party: { client_registration_types: ['automatic'] } }))
beforeAll(async () => {
  for (const { id } of [named, nameless]) await make(admin, 'registerSubordinate', { entityId: id }, 'id')
})
const session = sessionInFile(admin)
const { page, complaints } = pageInEach(() => session.open('/'))

async function claimsAt(path: string): Promise<Record<string, unknown>> {
  const [, claims = ''] = (await (await fetch(admin.entityId + path)).text()).split('.')
  return JSON.parse(Buffer.from(claims, 'base64url').toString())
}

journey('settings are changed, and served', (step) => {
  step('changes the Entity Configuration with forms, and serves it', async () => {
    await page.getByRole('link', { name: 'Settings', exact: true }).first().click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.getByRole('link', { name: 'Edit', exact: true }).click()
    await page.getByLabel('Organization name').fill('Nordic Federation')
    const further = page.getByRole('group', { name: 'Further information', exact: true })
    await further.getByLabel('Parameter', { exact: true }).fill('contacts')
    await further.getByRole('button', { name: 'Add' }).click()
    await further.getByLabel('contacts', { exact: true }).fill('ops@nordic.example')
    await further.getByLabel('contacts', { exact: true }).press('Enter')
    await page.getByLabel('Intermediates in a chain').fill('2')
    await page.getByRole('checkbox', { name: /^Historical keys/ }).uncheck()
    await page.getByLabel('Access to Resolve').selectOption({ label: 'Clients may authenticate' })
    const issuers = page.getByRole('group', { name: 'Trusted issuers', exact: true })
    await issuers.getByLabel('Trust Mark type').fill('https://marks.example/research')
    await issuers.getByRole('button', { name: 'Add' }).click()
    await issuers.getByLabel('Issuers of https://marks.example/research').fill('https://issuer.example')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('at most 2').waitFor()

    await eventually(async () => {
      const claims = await claimsAt('/.well-known/openid-federation')
      expect(claims).toMatchObject({
        metadata: {
          federation_entity: {
            organization_name: 'Nordic Federation',
            contacts: ['ops@nordic.example'],
            federation_resolve_endpoint_auth_methods: ['none', 'private_key_jwt'],
          },
        },
        trust_mark_issuers: { 'https://marks.example/research': ['https://issuer.example'] },
      })
      expect(JSON.stringify(claims)).not.toContain('federation_historical_keys_endpoint')
      expect(await claimsAt(`/fetch?sub=${named.id}`)).toMatchObject({ constraints: { max_path_length: 2 } })
    })
    await page.getByRole('link', { name: 'Endpoints', exact: true }).click()
    await page.getByText('clients may authenticate').waitFor()
    expect(complaints).toEqual([])
  })

  step('shows name, environment and color on every screen, and publishes nothing for them', async () => {
    const published = await claimsAt('/.well-known/openid-federation')
    await page.goto('/settings/edit')
    await page.getByLabel('Name', { exact: true }).fill('Nordic pilot')
    await page.getByLabel('Environment').selectOption({ label: 'Test' })
    await page.getByRole('radio', { name: 'Purple' }).check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForURL('/settings')
    for (const path of ['/settings', '/subordinates', '/audit']) {
      await page.goto(path)
      const bar = page.getByRole('banner').first()
      await bar.getByText('Nordic pilot').waitFor()
      await bar.getByText('Test', { exact: true }).waitFor()
    }
    expect(await claimsAt('/.well-known/openid-federation')).toEqual(published)
    expect(complaints).toEqual([])
  })

  step('sets the retention in days, and refuses a value that is too short', async () => {
    await page.goto('/settings/edit')
    await page.getByLabel('Days of the audit log').fill('3')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').filter({ hasText: '30' }).first().waitFor()
    await page.getByLabel('Days of the audit log').fill('400')
    await page.getByLabel('Days of runs').fill('')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForURL('/settings')
    await page.goto('/settings/edit')
    await page.getByLabel('Days of runs').waitFor()
    await expect.poll(() => page.getByLabel('Days of runs').inputValue()).toBe('90')
    await expect.poll(() => page.getByLabel('Days of the audit log').inputValue()).toBe('400')
    await page.goto('/')
    await page.getByRole('heading', { level: 1, name: 'Nordic Federation' }).waitFor()
    expect(complaints).toEqual([])
  })
})

journey('a policy is written, previewed and saved', (step) => {
  step('shows the effect of a policy on every subordinate before it is saved', async () => {
    await page.getByRole('link', { name: 'Settings', exact: true }).click()
    await page.getByRole('link', { name: 'Metadata policy', exact: true }).click()
    await page.getByLabel('Entity Type').fill('openid_relying_party')
    await page.getByRole('button', { name: 'Add' }).click()
    const parameter = page.getByLabel('Parameter of Relying Party')
    for (const name of ['client_name', 'policy_uri']) {
      await parameter.fill(name)
      await parameter.press('Enter')
    }
    await page.getByLabel('Add an operator to client_name').selectOption('essential')
    await page.getByLabel('Add an operator to policy_uri').selectOption('default')
    await page.getByLabel('default of policy_uri', { exact: true }).fill('https://ta.example/policy')
    await page.getByLabel('default of policy_uri', { exact: true }).press('Tab')
    await page.getByRole('button', { name: 'Show the effect' }).click()

    const groups = page.getByRole('list', { name: 'Effect on members' }).locator(':scope > li')
    const [breaking, changed] = [groups.nth(0), groups.nth(1)]
    await breaking.getByText('Would no longer resolve').waitFor()
    await breaking.getByText('openid_relying_party.client_name', { exact: true }).waitFor()
    await changed.getByText('is added: "https://ta.example/policy"').waitFor()
    await changed.getByText(named.id).waitFor()

    await page.getByRole('button', { name: 'Save…' }).click()
    const question = page.getByRole('alertdialog')
    await question.getByText('1 subordinate would no longer resolve').waitFor()
    expect(await claimsAt(`/fetch?sub=${named.id}`)).not.toHaveProperty('metadata_policy')
    await question.getByRole('button', { name: 'Save and publish' }).click()
    await question.waitFor({ state: 'detached' })
    const policy = {
      openid_relying_party: {
        client_name: { essential: true },
        policy_uri: { default: 'https://ta.example/policy' },
      },
    }
    await eventually(async () =>
      expect(await claimsAt(`/fetch?sub=${named.id}`)).toMatchObject({ metadata_policy: policy }),
    )
    expect(complaints).toEqual([])
  })

  step('edits the same policy as form and JSON, and shows errors in both', async () => {
    const editor = page.getByRole('textbox', { name: 'Metadata policy' })
    await editor.click()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.insertText(
      '{"openid_relying_party": {"scope": {"one_of": ["openid"], "add": ["email"]}}}',
    )
    await page.getByRole('listitem').filter({ hasText: 'add and one_of exclude each other' }).nth(1).waitFor()
    await page.getByRole('button', { name: 'Remove add of scope' }).click()
    await page.getByText('exclude each other').first().waitFor({ state: 'detached' })
    expect(JSON.parse((await editor.textContent()) ?? '')).toEqual({
      openid_relying_party: { scope: { one_of: ['openid'] } },
    })
  })

  step('does not overwrite a concurrent policy change by another administrator', async () => {
    await make(admin, 'updateFederationPolicy', { metadataPolicy: null }, 'version')
    await page.getByRole('button', { name: 'Save…' }).click()
    const question = page.getByRole('alertdialog')
    await question.getByRole('button', { name: 'Save and publish' }).click()
    await question.getByText('Failed', { exact: true }).waitFor()
    await question.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Someone else changed this').waitFor()
    expect(await claimsAt(`/fetch?sub=${named.id}`)).not.toHaveProperty('metadata_policy')
  })
})
