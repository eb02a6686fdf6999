/** Tests the checks of operators in the portal: terms to accept, warnings, and requests that are approved at once. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { violations } from '#test/helpers/axe.ts'
import { relyingParty } from '#test/helpers/entity.ts'
import { journey } from '#test/helpers/journey.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'
import { openOwnPortal, portalInFile } from './portal-federation.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const RP = 'openid_relying_party'
const TERMS = 'We publish a security contact.\nWe answer incidents within a day.'
const terms = { check: 'TERMS_ACCEPTED', text: TERMS }
const marks = { check: 'TRUST_MARKS_HELD', trustMarkTypes: ['https://marks.example.org/member'] }

const federation = portalInFile()
const { page, complaints, dialog } = pageInFile(() =>
  openOwnPortal(federation, { email: 'anna@library.example.org' }),
)

/** These tests ask more often than is allowed. */
const forgetAsking = () => federation.admin.server.db.rateLimit.deleteMany()

const main = (of: Page = page) => of.getByRole('main')
const press = (name: string, on = main()) => on.getByRole('button', { name, exact: true }).click()
const notice = (text: string, of: Page = page) => main(of).getByRole('note').filter({ hasText: text })
const accept = (on = main()) => on.getByLabel('Our organization accepts these terms')
const checks = (of: Page = page) => main(of).getByRole('region', { name: 'Checks', exact: true })
const entity = () => startLeaf(federation.admin, { metadata: relyingParty })
const acceptedTerms = async () =>
  (await federation.admin.server.db.request.findFirstOrThrow({ orderBy: { id: 'desc' } })).acceptedTerms

async function compose(input: object): Promise<void> {
  await forgetAsking()
  const { message } = await federation.admin.mutate('updateCheckPipeline', input, 'id', 'admin')
  expect(message).toBeUndefined()
}

async function ask(entityId: string): Promise<void> {
  await page.goto('/portal/register')
  await main().getByLabel('Entity Identifier').fill(entityId)
  await press('Send request')
}

journey('members meet the checks that operators compose', (step) => {
  step('shows the terms of a registration, and sends it once they are accepted', async () => {
    await compose({ entityType: RP, checks: [terms] })
    await ask((await entity()).id)
    await notice('The request was not sent').getByText('Accept the terms of the federation below').waitFor()
    await expect.poll(() => main().getByRole('textbox', { name: 'Terms' }).inputValue()).toBe(TERMS)
    expect(await main().getByText('Failed', { exact: true }).count()).toBe(0)
    await accept().check()
    await press('Send request')
    await page.waitForURL('/portal/request?id=*')
    await page.getByText('Request sent.').waitFor()
    await main().getByText('Waits for the operators', { exact: true }).waitFor()
    expect(await acceptedTerms()).toHaveLength(1)
  })

  step('keeps what was accepted while another check fails, and says what a warning means', async () => {
    const list = { check: 'ON_LIST', entityIds: ['https://other.example.org'], onFailure: 'REFUSE' }
    await compose({ entityType: RP, checks: [terms, list, marks] })
    const { id } = await entity()
    await ask(id)
    await main().getByRole('alert').filter({ hasText: '1 check failed.' }).waitFor()
    await main().getByText('Also accept the terms of the federation below.').waitFor()
    await main().getByText('A warning does not stop the request').waitFor()
    expect(await violations(page)).toEqual([])
    await accept().check()
    await press('Send request')
    await main().getByText('Also accept').waitFor({ state: 'detached' })
    expect(await accept().count()).toBe(0)
    await compose({ entityType: RP, checks: [terms, marks] })
    await press('Send request')
    await page.waitForURL('/portal/request?id=*')
    expect(await acceptedTerms()).toHaveLength(1)
    await checks().getByText('Warning', { exact: true }).waitFor()
    await checks().getByText('Ask for the Trust Marks first').waitFor()
    await checks().getByText('After a warning, an operator decides the request.').waitFor()
  })

  step('shows the warning and the accepted terms to the operator', async () => {
    const { admin } = federation
    const { page: theirs } = await openSignedIn(admin, '/requests', 'operator')
    await main(theirs).locator('tbody').getByRole('link').last().click()
    await checks(theirs).getByText('A warning does not prevent the approval').waitFor()
    await checks(theirs)
      .getByText(/\d+ checks passed/)
      .click()
    await checks(theirs).getByText('The terms', { exact: true }).click()
    await checks(theirs).getByText('We publish a security contact.').waitFor()
    expect(await violations(theirs)).toEqual([])
    await theirs.context().close()
  })

  step('shows a registration that was approved at once', async () => {
    await compose({ entityType: RP, checks: [terms], approves: true })
    await ask((await entity()).id)
    await accept().check()
    await press('Send request')
    await page.waitForURL('/portal/request?id=*')
    await page.getByText('Request approved.').waitFor()
    await notice('Approved').getByText('The entity was registered.').waitFor()
    await main().getByRole('list', { name: 'Conversation' }).getByText('Every check passed.').waitFor()
    expect(await main().getByRole('button', { name: 'Withdraw…' }).count()).toBe(0)
  })

  step('shows the terms of a Trust Mark in its dialog, and the checks of its request', async () => {
    const { admin } = federation
    const type = `${admin.entityId}/member`
    await admin.mutate('createTrustMarkType', { type }, 'id', 'admin')
    await compose({ trustMarkType: type, checks: [terms] })
    const place = new URLSearchParams({ anchor: 'main', id: federation.archive.id })
    await page.goto(`/portal/entity?${place}`)
    await press('Ask for a Trust Mark…')
    await dialog().getByLabel('Trust Mark type').selectOption(type)
    await press('Send request', dialog())
    await accept(dialog()).check()
    await press('Send request', dialog())
    await page.waitForURL('/portal/request?id=*')
    await checks().getByText('At submission').waitFor()
    await checks()
      .getByText(/\d+ checks passed/)
      .click()
    await checks().getByText('The terms are accepted.').waitFor()
    expect(complaints).toEqual([])
  })
})
