/** Tests e-mail in the console and the portal: an invitation by e-mail, and turning e-mail off. */
import { beforeAll, expect, test } from 'vitest'
import { PASSWORD, startAdmin } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { inEach, inFile } from '#test/helpers/in-file.ts'
import { startMailServer } from '#test/helpers/mail-server.ts'
import { untilTrue } from '#test/helpers/until.ts'
import { acceptInvitation } from './portal-federation.ts'
import { sessionInFile } from './signed-in-console.ts'

const server = inFile(startMailServer)
const admin = inFile(() => startAdmin({}, { mail: server.config }))
beforeAll(async () => {
  const chief = { username: 'chief', password: PASSWORD, role: 'ADMIN', email: 'chief@example.org' }
  await admin.mutate('createUser', chief, 'id', 'admin')
})
const session = sessionInFile(admin, 'chief')
const page = inEach(async () => (await session.open()).page)

const main = () => page.getByRole('main')

test('an invitation says that it is sent, and the link of the message opens the account and the portal', async () => {
  const { id } = await admin.mutate('createOrganization', { name: 'Northern Library' }, 'id', 'admin')
  await page.goto(`/organizations/${encodeURIComponent(id)}`)
  await main().getByRole('button', { name: 'Invite a person' }).click()
  await page.getByLabel('E-mail address').fill('ann@library.example.org')
  await page.getByRole('button', { name: 'Invite person' }).click()
  await page.getByText('The link is sent to the user by e-mail.').waitFor()
  await page.getByRole('button', { name: 'Done' }).click()
  await untilTrue('the invitation arrived', () => server.received.length === 1)
  const link = /http\S+\/invitation#\S+/.exec(server.received[0]?.text ?? '')?.[0] ?? ''

  const { page: other } = await acceptInvitation(admin, link)
  await other.goto('/portal/account')
  const toggle = other.getByLabel('Send me e-mail about changes')
  await toggle.uncheck()
  await other.getByText('E-mail turned off.').waitFor()
  const { mail } = await admin.server.db.user.findFirstOrThrow({
    where: { username: 'ann@library.example.org' },
  })
  expect(mail).toBe(false)
  await other.reload()
  await expect.poll(() => toggle.isChecked()).toBe(false)
  await other.context().close()
})

test('an operator chooses what e-mail is about', async () => {
  await page.goto('/account')
  await main().getByRole('link', { name: 'Choose what it is about' }).click()
  const level = main().getByLabel('Alerts')
  const requests = main().getByLabel('Requests of organizations')
  await expect.poll(() => level.inputValue()).toBe('CRITICAL')
  await expect.poll(() => main().getByLabel('Decisions that wait for you').isChecked()).toBe(true)
  expect(await violations(page)).toEqual([])
  await level.selectOption('Critical alerts and warnings')
  await page.getByText('Notifications saved.').waitFor()
  await requests.check()
  const rule = () => admin.server.db.notificationRule.findFirst({ where: { user: { username: 'chief' } } })
  await expect.poll(rule).toMatchObject({ alerts: 'WARNING', requests: true, approvals: true })
  await page.reload()
  await expect.poll(() => level.inputValue()).toBe('WARNING')
  await expect.poll(() => requests.isChecked()).toBe(true)
})

test('an operator turns e-mail off and on under “My account”', async () => {
  await page.goto('/account')
  const toggle = main().getByLabel('Send me e-mail about changes')
  await expect.poll(() => toggle.isChecked()).toBe(true)
  expect(await violations(page)).toEqual([])
  await toggle.uncheck()
  await page.getByText('E-mail turned off.').waitFor()
  // The page is still reading itself again, and would turn an earlier click back.
  await page.goto('/account')
  await expect.poll(() => toggle.isChecked()).toBe(false)
  await toggle.check()
  await page.getByText('E-mail turned on.').waitFor()
  const { mail } = await admin.server.db.user.findFirstOrThrow({ where: { username: 'chief' } })
  expect(mail).toBe(true)
})
