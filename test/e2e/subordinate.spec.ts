/** Tests the statement about a subordinate: changes in forms, the fetch endpoint, and the history. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { validityOf } from '#server/publish/spread.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { inFile, inTest } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { eventually } from '#test/helpers/product.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { fetchVerified, keysIn } from '#test/product/verify.ts'
import { make, read } from './make.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
const entity = memberInFile(admin)
const registered = inFile(() => make(admin, 'registerSubordinate', { entityId: entity.id }, 'id'))
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/'))

async function edit(page: Page): Promise<void> {
  await page.goto(`/subordinates/${encodeURIComponent(registered.id)}`)
  await page.getByRole('link', { name: 'Edit', exact: true }).click()
  await page.getByRole('group', { name: 'Metadata policy', exact: true }).waitFor()
}

async function published(): Promise<Record<string, unknown>> {
  const anchor = admin.entityId
  const configuration = await (await fetch(`${anchor}/.well-known/openid-federation`)).text()
  const { claims } = await fetchVerified(`${anchor}/fetch?sub=${entity.id}`, {
    keys: keysIn(configuration),
    type: 'entity-statement+jwt',
  })
  return claims
}

journey('a statement is changed with forms, and shown with its history', (step) => {
  step('sets metadata and policy with forms, and publishes them in the statement', async () => {
    await edit(page)
    const forced = page.getByRole('group', { name: 'Forced metadata', exact: true })
    await forced.getByLabel('Entity Type').fill('openid_relying_party')
    await forced.getByRole('button', { name: 'Add' }).click()
    await forced.getByLabel('Parameter of Relying Party').fill('contacts')
    await forced.getByLabel('Parameter of Relying Party').press('Enter')
    await forced.getByLabel('contacts', { exact: true }).fill('help@rp.example, ops@rp.example')
    await forced.getByLabel('contacts', { exact: true }).press('Enter')

    const policy = page.getByRole('group', { name: 'Metadata policy', exact: true })
    await policy.getByLabel('Entity Type').fill('openid_relying_party')
    await policy.getByRole('button', { name: 'Add' }).click()
    await policy.getByLabel('Parameter of Relying Party').fill('grant_types')
    await policy.getByLabel('Parameter of Relying Party').press('Enter')
    await policy.getByLabel('Add an operator to grant_types').selectOption('subset_of')
    await policy.getByLabel('subset_of of grant_types', { exact: true }).fill('authorization_code')
    await policy.getByLabel('subset_of of grant_types', { exact: true }).press('Enter')
    await policy.getByLabel('Add an operator to grant_types').selectOption('one_of')
    await policy.getByText('one_of and subset_of exclude each other').waitFor()
    await policy.getByRole('button', { name: 'Remove one_of of grant_types' }).click()
    await page.getByRole('button', { name: 'Preview the statement' }).click()
    await page.getByText('Its metadata would resolve').waitFor()
    await page.getByRole('rowheader', { name: 'metadata_policy' }).first().waitFor()
    expect(await published()).not.toHaveProperty('metadata_policy')
    await page.getByRole('button', { name: 'Save' }).click()

    await page.getByRole('heading', { name: 'Set in its statement' }).waitFor()
    await eventually(async () =>
      expect(await published()).toMatchObject({
        metadata: { openid_relying_party: { contacts: ['help@rp.example', 'ops@rp.example'] } },
        metadata_policy: { openid_relying_party: { grant_types: { subset_of: ['authorization_code'] } } },
      }),
    )
    expect(complaints).toEqual([])
  })

  step('reports a concurrent change by another administrator, and keeps the input', async () => {
    await edit(page)
    await page.getByLabel('Validity of the statement').fill('72')
    await make(admin, 'updateSubordinate', { id: registered.id, constraints: { max_path_length: 1 } }, 'id')
    await page.getByText('Someone else changed this').waitFor()
    await page.getByText('Changed: Constraints.', { exact: false }).waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').filter({ hasText: 'Not saved' }).waitFor()

    await page.getByRole('button', { name: 'Take their changes' }).click()
    await expect.poll(() => page.getByLabel('Intermediates in a chain').inputValue()).toBe('1')
    await expect.poll(() => page.getByLabel('Validity of the statement').inputValue()).toBe('72')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('72 hours', { exact: false }).waitFor()
    const { iat, exp, constraints } = await published()
    expect(validityOf(entity.id, Number(exp) - Number(iat))).toBe(72)
    expect(constraints).toEqual({ max_path_length: 1 })
  })

  step('shows the policy, the constraints and the history', async () => {
    await page.goto(`/subordinates/${encodeURIComponent(registered.id)}/policy`)
    await page.getByText('set by its own policy').waitFor()
    await page.getByText('at most 1').waitFor()
    await page.getByRole('link', { name: 'History' }).click()
    const history = page.getByRole('list', { name: /^Changes of this subordinate/ })
    await history.getByText('Subordinate registered', { exact: true }).waitFor()
    await history.getByText('difference').first().click()
    await history.getByRole('rowheader', { name: 'validFor' }).waitFor()
    expect(complaints).toEqual([])
  })
})

test('confirms a path length of 0 for an Intermediate, because it excludes its members (§6.2.1)', async () => {
  const anchor = admin.entityId
  const fetchEndpoint = { federation_entity: { federation_fetch_endpoint: 'https://ia.example/fetch' } }
  const intermediate = await inTest(startEntity({ authorityHints: [anchor], metadata: fetchEndpoint }))
  const { id } = await make(admin, 'registerSubordinate', { entityId: intermediate.id }, 'id')
  await page.goto(`/subordinates/${encodeURIComponent(id)}/edit`)
  const length = page.getByLabel('Intermediates in a chain, this one included')
  await length.fill('0')
  await page.getByRole('button', { name: 'Save' }).click()
  const question = page.getByRole('alertdialog', { name: 'Nothing below this Intermediate will resolve' })
  await question.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('alert').filter({ hasText: 'Not saved' }).waitFor()

  await length.fill('1')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'Set in its statement' }).waitFor()
  const constraintsOf = 'query ($id: ID!) { node(id: $id) { ... on Subordinate { constraints } } }'
  expect(await read(admin, constraintsOf, { id })).toEqual({
    node: { constraints: { max_path_length: 1 } },
  })
  expect(complaints).toEqual([])
})

test('allows Entity Types by default, and keeps at least one', async () => {
  await page.goto(`/subordinates/${encodeURIComponent(registered.id)}/edit`)
  const limit = page.getByLabel('Allow only some Entity Types')
  await limit.check()
  const types = page.getByRole('group', { name: 'Constraints' }).locator('.grid').last().getByRole('checkbox')
  const count = await types.count()
  expect(count).toBeGreaterThan(1)
  for (let left = count; left > 0; left--) {
    await expect.poll(() => limit.isChecked()).toBe(true)
    await types.nth(left - 1).click()
  }
  expect(await limit.isChecked()).toBe(false)
})
