/**
 * Plays what members do for themselves as a whole: an invitation by e-mail, a passkey, the self-check, a request with a
 * question and its answer, the approval, a Trust Mark by rule, and webhooks to a receiver that was down.
 */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { openPage } from '#test/helpers/browser.ts'
import { startEntity } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { startMailServer } from '#test/helpers/mail-server.ts'
import { servedStatement } from '#test/helpers/subordinate.ts'
import { addVirtualAuthenticator } from '#test/helpers/virtual-authenticator.ts'
import { afterAMinute } from '../server/public/public-test.ts'
import { startReceiver } from '../server/webhook/receiver.ts'
import { startAdminAtLocalhost } from './localhost.ts'
import { openSignedIn } from './signed-in-console.ts'

const EMAIL = 'anna@library.example.org'
const MARK = 'https://marks.example.org/library'

const mail = inFile(startMailServer)
const admin = inFile(() => startAdminAtLocalhost({ mail: mail.config, secondFactorGroups: ['member'] }))
const entity = inFile(() => startEntity({ authorityHints: ['https://other.example.org'] }))

async function make(name: string, input: object, selection = 'id') {
  const made = await admin.mutate(name, input, selection, 'admin')
  expect(made.message).toBeUndefined()
  return made
}

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true })
const main = (page: Page) => page.getByRole('main')
const press = (page: Page, name: string) => main(page).getByRole('button', { name, exact: true }).click()
/** Waits for the next message to the member, and returns its text. */
async function nextMail(count: number): Promise<string> {
  await expect.poll(() => mail.received.length).toBe(count)
  expect(mail.received.at(-1)?.to).toEqual([EMAIL])
  return mail.received.at(-1)?.text ?? ''
}

test('a member registers an entity and gets a mark, and every event arrives', {
  timeout: 180_000,
}, async () => {
  const { id: organizationId } = await make('createOrganization', {
    name: 'Northern Library',
    tags: ['Library'],
  })
  await make('createTrustMarkType', { type: MARK })
  const rule = [{ check: 'ON_LIST', tags: ['Library'] }]
  await make('updateCheckPipeline', { trustMarkType: MARK, checks: rule, approves: true })
  await make(
    'updateTrustAnchor',
    { endpoints: ['SELF_CHECK'], displayName: 'Northern Federation' },
    'version',
  )
  const receiver = await startReceiver()
  const { webhook, secret } = await make('createWebhook', { url: receiver.url }, 'secret webhook { id }')
  receiver.trust(secret)
  receiver.isAway = true

  try {
    const { page: operator } = await openSignedIn(admin, '/requests', 'operator')
    const { page: form } = await openSignedIn(
      admin,
      `/organizations/${encodeURIComponent(organizationId)}`,
      'operator',
    )
    await form.getByRole('button', { name: 'Invite a person' }).click()
    await form.getByRole('dialog').getByLabel('Name').fill('Anna Ek')
    await form.getByRole('dialog').getByLabel('E-mail address').fill(EMAIL)
    await form.getByRole('dialog').getByRole('button', { name: 'Invite person' }).click()
    const invitation = /http\S+\/invitation#\S+/.exec(await nextMail(1))?.[0] ?? ''
    await form.context().close()

    // The member needs a second factor, and signs in with a passkey.
    const { page } = await openSignedOut()
    await addVirtualAuthenticator(page)
    await page.goto(invitation)
    await page.getByLabel('New password', { exact: true }).fill(PASSWORD)
    await page.getByLabel('Repeat the new password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Set password and sign in' }).click()
    await title(page, 'My account').waitFor()
    await page.getByRole('link', { name: 'My entities' }).click()
    await page.getByText('Your account requires a second factor').waitFor()
    expect(new URL(page.url()).pathname).toBe('/portal/account')
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('laptop')
    await page.getByRole('dialog').getByRole('button', { name: 'Add passkey' }).click()
    await page.getByText('Passkey: laptop').waitFor()
    await page.getByRole('button', { name: 'Anna Ek' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL('/sign-in')
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await title(page, 'My entities').waitFor()

    // The self-check finds two faults, and after the repair none.
    await page.goto('/portal/register')
    const address = await main(page)
      .getByRole('link', { name: 'Check the entity first' })
      .getAttribute('href')
    const { page: check } = await openSignedOut()
    await check.goto(address ?? '')
    await check.getByLabel('Entity Identifier').fill(entity.id)
    await check.getByRole('button', { name: 'Check', exact: true }).click()
    await check.getByText('It cannot be registered yet: 2 checks failed.').waitFor()
    expect(await violations(check)).toEqual([])
    entity.options.authorityHints = [admin.entityId]
    entity.options.metadata = {
      openid_relying_party: { client_name: 'Catalogue', redirect_uris: ['https://rp.example/callback'] },
    }
    await afterAMinute(admin)
    await check.getByRole('button', { name: 'Check again' }).click()
    await check.getByText('It can be registered here.').waitFor()
    await check.context().close()

    // A request, a question, an answer and an approval.
    await main(page).getByLabel('Entity Identifier').fill(entity.id)
    await press(page, 'Send request')
    await main(page).getByText('Waits for the operators', { exact: true }).waitFor()
    const row = operator.getByRole('row').filter({ hasText: entity.id })
    await row.getByRole('link').click()
    await main(operator).getByText(`Northern Library asks to register ${entity.id}.`).waitFor()
    await main(operator).getByRole('region', { name: 'What an approval records' }).waitFor()
    await decide(operator, 'Return', 'Which branch?')
    expect(await nextMail(2)).toContain('Which branch?')
    await page.reload()
    await main(page).getByLabel('Comment').fill('The main one.')
    await press(page, 'Send comment')
    await main(operator).getByText('The main one.').waitFor()
    await decide(operator, 'Approve', 'Welcome.')
    expect(await nextMail(3)).toContain('Welcome.')
    await expect.poll(() => servedStatement(admin, entity.id)).toMatchObject({ sub: entity.id })
    await page.goto('/portal')
    await main(page).getByRole('link', { name: 'Catalogue', exact: true }).click()
    await title(page, 'Catalogue').waitFor()
    await main(page).getByText('Active', { exact: true }).first().waitFor()

    // A Trust Mark by rule.
    await press(page, 'Ask for a Trust Mark…')
    await page.getByRole('dialog').getByLabel('Trust Mark type').selectOption(MARK)
    await page.getByRole('dialog').getByRole('button', { name: 'Send request' }).click()
    await main(page).getByText('Approved', { exact: true }).first().waitFor()
    expect(await nextMail(4)).toContain('Every check passed.')
    const mark = { sub: entity.id, trust_mark_type: MARK }
    await expect.poll(async () => (await admin.get('/trust_mark', mark)).status).toBe(200)
  } finally {
  }

  // The receiver was away all the time. Ten minutes later the next attempt is due.
  expect(receiver.received).toEqual([])
  receiver.isAway = false
  const db = admin.server.installation
  await db.webhook.updateMany({ data: { nextAt: new Date() } })
  const expected = [
    'submitRequest',
    'returnRequest',
    'commentRequest',
    'approveRequest',
    'registerSubordinate',
  ]
  const byRule = ['submitRequest', 'approveRequest', 'issueTrustMark']
  const actions = () => receiver.received.map(({ event }) => event.data.action)
  await expect.poll(actions, { timeout: 20_000 }).toEqual([...expected, ...byRule])
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(expected.length + byRule.length)
  expect(await db.webhook.findMany()).toMatchObject([{ active: true, failures: 0, problem: null }])
  expect(webhook.id).toBeTruthy()

  function openSignedOut() {
    return openPage(admin.adminUrl)
  }

  async function decide(operator: Page, label: string, text: string): Promise<void> {
    const decision = operator.getByRole('region', { name: 'Decision', exact: true })
    await decision.getByRole('radio', { name: label }).check()
    await decision.getByRole('textbox').fill(text)
    await decision.getByRole('button', { name: `${label} request` }).click()
  }
})
