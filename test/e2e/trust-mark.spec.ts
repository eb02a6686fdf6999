/** Tests a Trust Mark type and its marks: issue, change, revocation, and the status endpoint. */
import { beforeAll, expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { journey } from '#test/helpers/journey.ts'
import { eventually } from '#test/helpers/product.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import { make } from './make.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const admin = adminInFile()
const entity = memberInFile(admin)
beforeAll(async () => {
  await make(admin, 'registerSubordinate', { entityId: entity.id }, 'id')
})
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/'))

const query = () => new URLSearchParams({ trust_mark_type: `${admin.entityId}/member`, sub: entity.id })

/** The claims of the published mark, if there is one. */
async function served(): Promise<Record<string, unknown> | undefined> {
  const response = await fetch(`${admin.entityId}/trust_mark?${query()}`)
  if (!response.ok) return undefined
  const [, claims = ''] = (await response.text()).split('.')
  return JSON.parse(Buffer.from(claims, 'base64url').toString())
}

journey('a mark is issued, changed, found and revoked', (step) => {
  step('creates a type, and issues a mark to an entity found by name', async () => {
    await page.getByRole('link', { name: 'Trust Marks', exact: true }).first().click()
    await page.getByRole('link', { name: 'Types', exact: true }).click()
    await page
      .getByRole('link', { name: /^Create/ })
      .first()
      .click()
    await page.getByLabel('Type identifier').fill(`${admin.entityId}/member`)
    await page.getByLabel('Description').fill('Has signed the agreement')
    await page.getByRole('button', { name: 'Create Trust Mark type' }).click()
    await page.getByRole('heading', { level: 1, name: 'Has signed the agreement' }).waitFor()

    await page.getByRole('link', { name: 'Issue', exact: true }).click()
    const type = page.getByRole('combobox', { name: 'Trust Mark type' })
    await expect.poll(() => type.inputValue()).toBe('Has signed the agreement')
    await page.getByRole('main').getByText(`${admin.entityId}/member`).waitFor()
    await page.getByLabel('Entity', { exact: true }).pressSequentially('test rel')
    await page.getByRole('option', { name: entity.id }).click()
    await expect.poll(() => page.getByLabel('Entity', { exact: true }).inputValue()).toBe(entity.id)
    await page.getByRole('paragraph').filter({ hasText: 'Test Relying Party' }).waitFor()
    await page.getByRole('button', { name: 'Issue Trust Mark' }).click()
    await page.getByRole('heading', { name: 'The current mark' }).waitFor()
    await eventually(async () => expect(await served()).toMatchObject({ sub: entity.id }))
    expect(complaints).toEqual([])
  })

  step('adds claims to a mark, and signs it again', async () => {
    await page.getByRole('link', { name: 'Edit', exact: true }).click()
    const claims = page.getByRole('group', { name: 'Additional claims', exact: true })
    await claims.getByLabel('Claim', { exact: true }).fill('level')
    await claims.getByRole('button', { name: 'Add' }).click()
    await claims.getByLabel('level', { exact: true }).fill('gold')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'The current mark' }).waitFor()
    await eventually(async () => expect(await served()).toMatchObject({ level: 'gold' }))
  })

  step('refuses a protected claim at its field', async () => {
    await page.getByRole('link', { name: 'Edit', exact: true }).click()
    const claims = page.getByRole('group', { name: 'Additional claims', exact: true })
    await claims.getByRole('button', { name: 'JSON', exact: true }).click()
    const editor = page.getByRole('textbox', { name: 'Additional claims' })
    await editor.click()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.insertText('{"sub": "https://other.example"}')
    await page.getByRole('button', { name: 'Save' }).click()
    await claims.getByRole('alert').filter({ hasText: 'protected claims' }).waitFor()
    await expect.poll(() => editor.textContent()).toContain('other.example')
  })

  step('finds the mark in the list, and stops serving it after revocation', async () => {
    await page.getByRole('link', { name: 'Trust Marks', exact: true }).first().click()
    // The refused claim of the test before is still in the form.
    await page.getByRole('button', { name: 'Leave without saving' }).click()
    await page.getByRole('searchbox', { name: 'Search' }).fill(new URL(entity.id).host)
    await page.waitForURL(/q=/)
    const row = page.getByRole('row').filter({ hasText: 'Has signed' })
    await row.getByText(entity.id).waitFor()
    await row.getByRole('link', { name: 'Test Relying Party' }).click()
    await page.getByRole('button', { name: 'Revoke…' }).click()
    await page.getByRole('alertdialog').getByLabel('Reason').fill('Left the federation')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke this Trust Mark' }).click()
    await page.getByText('Left the federation').waitFor()
    await page.getByRole('link', { name: 'Issue a new one' }).waitFor()
    await eventually(async () => expect(await served()).toBeUndefined())

    await page.getByRole('link', { name: 'Trust Marks', exact: true }).first().click()
    await page.getByLabel('State').selectOption('ACTIVE')
    await page.getByText('No Trust Mark matches').waitFor()
    expect(complaints).toEqual([])
  })
})
