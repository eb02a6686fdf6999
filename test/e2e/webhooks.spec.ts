/** Tests the life of a webhook in the console, with a real receiver that is away for a while. */
import { expect, test } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { eventually } from '#test/helpers/product.ts'
import { openReceiver, subjects } from '#test/server/webhook/receiver.ts'
import { make } from './make.ts'
import { openSignedIn, pageInEach, sessionInFile } from './signed-in-console.ts'

let secret: string

const admin = adminInFile()
const receiver = inFile(openReceiver)
const session = sessionInFile(admin)
const { page, complaints, main, dialog, question } = pageInEach(() =>
  session.open('/administration/webhooks'),
)

const field = (label: string) => main().getByLabel(label, { exact: true })
const press = (name: string) => main().getByRole('button', { name, exact: true }).click()
const toast = (text: string) => page.getByText(text, { exact: true }).first().waitFor()
const fact = (name: string) =>
  main().locator('dt').filter({ hasText: name }).locator('xpath=following-sibling::dd[1]')
const rows = () => main().getByRole('table', { name: 'deliveries' }).locator('tbody tr')

async function choose(item: string): Promise<void> {
  await main().getByRole('button', { name: 'What to do with Ticket system' }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

/** An event of the audit log. */
const create = (name: string) => admin.mutate('createOrganization', { name }, 'id')

test('the page of e-mails names the variables that turn e-mail on', async () => {
  await page.goto('/administration/mail')
  for (const name of ['SMTP_URL', 'MAIL_FROM']) await page.getByText(name, { exact: true }).waitFor()
})

journey('a webhook is created, fails, recovers, is changed and removed', (step) => {
  step('says what a webhook is for, and shows refusals at their fields', async () => {
    await page.getByText('No webhooks yet').waitFor()
    await main().getByRole('link', { name: 'Create the first' }).click()
    await field('URL').fill('ftp://127.0.0.1/hook')
    await main().getByLabel('Description').fill('Ticket system')
    await main().getByRole('radio', { name: 'Only these events' }).check()
    await press('Create webhook')
    const nothing = main().getByRole('alert').filter({ hasText: 'Choose at least one event' })
    await nothing.waitFor()
    await main().getByRole('checkbox', { name: 'Organizations', exact: true }).check()
    await main().getByRole('checkbox', { name: 'Organization changed' }).uncheck()
    await press('Create webhook')
    await expect.poll(() => field('URL').getAttribute('aria-invalid')).toBe('true')
    await expect.poll(() => nothing.count()).toBe(0)
  })

  step('creates a webhook for some events, and shows its secret once', async () => {
    await field('URL').fill(receiver.url)
    await press('Create webhook')
    secret = (await main().getByTestId('webhook-secret').textContent()) ?? ''
    expect(secret).toMatch(/^whsec_/)
    expect(await violations(page)).toEqual([])
    receiver.trust(secret)
    await main().getByRole('link', { name: 'Done, secret saved' }).click()
    await page.getByRole('heading', { name: 'Ticket system' }).waitFor()
    await page.getByText('Nothing was sent yet').waitFor()
    expect(await page.getByText(secret).count()).toBe(0)
    await expect
      .poll(() => fact('Receives').textContent())
      .toMatch(/Organizations: Organization created, Organization admitted[^,]*, Organization removed/)
  })

  step('sends a test event, and says what the receiver answered', async () => {
    await press('Send test event')
    await toast('Test event delivered. The receiver answered 204.')
    await rows().filter({ hasText: 'Test event' }).filter({ hasText: 'Delivered' }).waitFor()
    receiver.isAway = true
    await press('Send test event')
    await page.getByText('Test event not delivered.').first().waitFor()
    await rows().filter({ hasText: 'Failed' }).waitFor()
    expect(receiver.received.map(({ event }) => event.type)).toEqual(['org.inmor.testWebhook'])
  })

  step('shows without a reload that the receiver fails, why and what waits, also in the list', async () => {
    await create('Lund University')
    await create('Kiruna Archive')
    await rows().filter({ hasText: 'Organization created' }).filter({ hasText: 'Next attempt' }).waitFor()
    const notice = main().getByRole('alert').filter({ hasText: 'Failing' })
    await notice.filter({ hasText: 'Events that wait: 2' }).waitFor()
    // Only the button tries again, never the clock beside it.
    await admin.server.db.webhook.updateMany({ data: { nextAt: new Date(Date.now() + 3_600_000) } })
    expect(await violations(page)).toEqual([])
    await main().getByRole('link', { name: 'Webhooks' }).click()
    const row = main().getByRole('row').filter({ hasText: 'Ticket system' })
    await row.getByText('Failing').filter({ visible: true }).waitFor()
    await expect.poll(() => row.getByRole('cell').last().textContent()).toBe('2')
    await row.getByRole('link').click()
  })

  step('delivers what waits after the receiver is back, without a reload', async () => {
    receiver.isAway = false
    await press('Try again now')
    await eventually(() => expect(subjects(receiver).slice(1)).toEqual(['Lund University', 'Kiruna Archive']))
    await expect.poll(() => rows().filter({ hasText: 'Delivered' }).count()).toBe(3)
    await expect.poll(() => fact('Events that wait').textContent()).toBe('0')
    await expect.poll(() => fact('State').textContent()).toContain('Active')
    expect(await main().getByRole('alert').count()).toBe(0)
    await main().getByLabel('State').selectOption('Failed')
    await expect.poll(() => rows().count()).toBe(1)
    await main().getByLabel('State').selectOption('All states')
    await expect.poll(() => rows().count()).toBe(4)
  })

  step('makes a new secret after another sign-in, and both sign for a day', async () => {
    await admin.server.db.session.updateMany({ data: { createdAt: new Date(Date.now() - 3_600_000) } })
    await choose('New secret…')
    await dialog().getByRole('button', { name: 'Create secret' }).click()
    const again = page.getByRole('dialog', { name: 'Confirm it is you' })
    await again.getByLabel('Password').fill(PASSWORD)
    await again.getByRole('button', { name: 'Sign in' }).click()
    const shown = dialog().getByTestId('webhook-secret')
    await shown.waitFor()
    const next = (await shown.textContent()) ?? ''
    expect(next).toMatch(/^whsec_/)
    expect(next).not.toBe(secret)
    await expect.poll(() => dialog().textContent()).toContain('each event is signed with both secrets')
    expect(await violations(page, '[role=dialog]')).toEqual([])
    await dialog().getByRole('button', { name: 'Done' }).click()
    await fact('Secret').getByText('The previous one signs beside it until').waitFor()
    for (const known of [secret, next]) {
      receiver.trust(known)
      await press('Send test event')
      await toast('Test event delivered. The receiver answered 204.')
    }
  })

  step('says what repeats before events are sent again, and sends them with the same ids', async () => {
    const before = receiver.received.slice(1, 3).map(({ id }) => id)
    await choose('Send events again…')
    const since = dialog().getByLabel('Since (UTC)')
    await since.fill('2099-01-01T00:00')
    await dialog().getByRole('button', { name: 'Send again' }).click()
    await expect.poll(() => since.getAttribute('aria-invalid')).toBe('true')
    await since.fill('2020-01-01T00:00')
    await dialog().getByText('Every event since 2020-01-01 00:00:00 UTC is sent').waitFor()
    receiver.received.length = 0
    await dialog().getByRole('button', { name: 'Send again' }).click()
    await eventually(() => expect(receiver.received.map(({ id }) => id)).toEqual(before))
  })

  step('is changed, paused and resumed, and its events wait', async () => {
    await main().getByRole('link', { name: 'Edit' }).click()
    await main().getByRole('radio', { name: 'All events' }).check()
    await press('Save')
    await expect.poll(() => fact('Receives').textContent()).toContain('All events')
    await choose('Pause webhook…')
    await question().getByText('Nothing is sent to it until you resume it.').waitFor()
    await question().getByRole('button', { name: 'Pause webhook' }).click()
    await main().getByRole('note').filter({ hasText: 'Paused' }).waitFor()
    receiver.received.length = 0
    await create('Umeå Museum')
    await expect.poll(() => fact('Events that wait').textContent()).toBe('1')
    expect(receiver.received).toEqual([])
    await press('Resume webhook')
    await eventually(() => expect(subjects(receiver)).toEqual(['Umeå Museum']))
  })

  step('removes a webhook after a question', async () => {
    await choose('Remove webhook…')
    await question().getByText('Nothing more is sent to it').waitFor()
    await question().getByRole('button', { name: 'Remove webhook' }).click()
    await page.getByText('No webhooks yet').waitFor()
    expect(complaints).toEqual([])
  })
})

test('is shown to administrators of the installation only', async () => {
  const made = await make(admin, 'createWebhook', { url: receiver.url }, 'webhook { id }')
  const other = await openSignedIn(admin, '/', 'operator')
  for (const below of ['/new', `/${encodeURIComponent(made.webhook.id)}`, '']) {
    await other.page.goto(`/administration/webhooks${below}`)
    await other.page.getByRole('heading', { name: 'No right to do this' }).waitFor()
  }
  const parts = other.page.getByRole('navigation', { name: 'Parts of Administration' }).getByRole('link')
  await expect.poll(() => parts.allInnerTexts()).toEqual(['Anchors', 'API', 'Protection'])
  await other.page.context().close()
})
