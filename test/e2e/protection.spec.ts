/** Tests two administrators with passkeys: one asks for protected changes, and the other decides them in the console. */
import { beforeAll, expect } from 'vitest'
import { PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'
import {
  addPasskey,
  button,
  giveReason,
  heading,
  main,
  openNewest,
  operation,
  policyOf,
  question,
  request,
  rows,
  savePolicy,
} from './change-pages.ts'
import { startAdminAtLocalhost } from './localhost.ts'
import { make, read } from './make.ts'
import { openSignedIn } from './signed-in-console.ts'

const admin = inFile(() => startAdminAtLocalhost({ secondFactorGroups: ['admin', 'operator'] }))
const member = memberInFile(admin)
beforeAll(async () => {
  await make(admin, 'registerSubordinate', { entityId: member.id }, 'id')
  const people = [
    ['alice', 'ADMIN'],
    ['bob', 'ADMIN'],
  ]
  for (const [username, role] of people)
    await make(admin, 'createUser', { username, password: PASSWORD, role }, 'id')
})
const alice = inFile(() => open('alice', '/account'))
const bob = inFile(() => open('bob', '/account'))

const open = (username: string, path: string) => openSignedIn(admin, path, username)

async function presentPolicy(): Promise<unknown> {
  const { trustAnchor } = await read(admin, '{ trustAnchor { metadataPolicy } }')
  return trustAnchor.metadataPolicy
}

journey('two administrators decide protected changes', (step) => {
  step('protects nothing before two administrators have a passkey that counts', async () => {
    const { page } = alice
    const { passkey } = admin.server.installation
    const age = async (username: string) => {
      const createdAt = new Date(Date.now() - 30 * 86_400_000)
      await passkey.updateMany({ where: { user: { username } }, data: { createdAt } })
    }
    await page.getByText('Your role requires a second factor').waitFor()
    await addPasskey(page)
    await addPasskey(bob.page)
    await age('alice')
    await page.goto('/administration/protection')
    await page.getByText('No operation is protected yet.').waitFor()
    await page
      .getByText('Two administrators with a passkey that counts are needed, and there is 1.')
      .waitFor()
    await operation(page, 'This anchor').check()
    await expect.poll(() => operation(page, 'Access and this protection').isChecked()).toBe(true)
    await button(page, 'Save').click()
    await page
      .getByRole('alert')
      .getByText('Two administrators with a passkey that counts are needed, and there is 1.')
      .first()
      .waitFor()
    await button(page, 'Discard').click()
    await age('bob')

    await page.goto('/administration/protection')
    await page.getByText('Two administrators can approve changes: choose what they protect.').waitFor()
    expect(await page.getByText('are needed').count()).toBe(0)
    await operation(page, 'Members').check()
    await expect.poll(() => operation(page, 'This anchor').isChecked()).toBe(true)
    expect(await operation(page, 'This anchor').isDisabled()).toBe(true)
    await operation(page, 'Commands on the server may do these too').uncheck()
    await page.getByLabel('Hours that a change waits for its approval').fill('0')
    await button(page, 'Save').click()
    await page.getByText('Enter whole hours, from 1 to 720.').first().waitFor()
    await page.getByLabel('Hours that a change waits for its approval').fill('48')
    await page.getByText('48 hours are 2 days.').waitFor()
    const alone = page.getByLabel('Execution without a second person')
    // A new installation has it off (decision 59).
    expect(await alone.inputValue()).toBe('OFF')
    await alone.selectOption('At once')
    await page.getByLabel('Hours until a new passkey counts for approvals').fill('48')
    expect(await violations(page)).toEqual([])
    await button(page, 'Save').click()
    await page.getByText('Protection changed.').waitFor()
    const { protection } = await read(
      admin,
      '{ protection { operations commandLine validForHours passkeyHours breakGlass } }',
    )
    expect(protection).toEqual({
      operations: ['ANCHOR', 'MEMBERS', 'ACCESS'],
      commandLine: false,
      validForHours: 48,
      passkeyHours: 48,
      breakGlass: 'AT_ONCE',
    })
  })

  step('a protected change waits, the form keeps its input and links to the approval', async () => {
    const { page } = alice
    const before = await presentPolicy()
    await savePolicy(page, policyOf('Alice'))
    const waits = question(page).getByRole('note')
    await waits.getByText('A second person must approve this. See the approval.').waitFor()
    await question(page).getByRole('button', { name: 'Cancel' }).click()
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Metadata policy' }).textContent())
      .toContain('Alice')
    expect(await presentPolicy()).toEqual(before)

    // The same change is the same request, which keeps the input: the page is left without a question.
    await button(page, 'Save…').click()
    await question(page).getByRole('button', { name: 'Save and publish' }).click()
    await waits.getByRole('link', { name: 'See the approval.' }).click()
    await heading(page, 'Change the metadata policy').waitFor()
    await page.getByText('You asked for it. Another person must approve it.').waitFor()
    expect(await button(page, 'Sign and approve').count()).toBe(0)

    const { page: others } = bob
    await openNewest(others, 'Change the metadata policy')
    await others.getByText('There is no reason yet.').waitFor()
    expect(await button(others, 'Sign and approve').count()).toBe(0)
    await main(others).getByLabel('Comment').fill('What is it for?')
    await button(others, 'Send comment').click()
    await main(page).getByText('What is it for?').waitFor()
    await giveReason(page, 'The new law.')
    await button(others, 'Sign and approve').waitFor()
  })

  step('another person signs it with the passkey, and the page shows that it took effect', async () => {
    const { page, complaints } = bob
    await page.goto('/')
    await page.getByRole('link', { name: '1 change waits for the approval of a second person.' }).click()
    await heading(page, 'Approvals').waitFor()
    await expect.poll(() => rows(page).count()).toBe(1)
    await expect.poll(() => rows(page).first().textContent()).toMatch(/alice[\s\S]*Waits for approval/)
    expect(await violations(page)).toEqual([])
    await rows(page).first().getByRole('link', { name: 'Change the metadata policy' }).click()
    await page.getByRole('cell', { name: 'https://ta.example/Alice' }).waitFor()
    await page.getByRole('list', { name: 'Effect on members' }).getByText('1 member').waitFor()
    await page.getByText('The mutation as it was sent').click()
    await page.getByText('mutation UpdateFederationPolicy').waitFor()
    expect(await violations(page)).toEqual([])
    await button(page, 'Sign and approve').click()
    await page.getByRole('note').getByText('Approved and executed').waitFor()
    expect(await presentPolicy()).toEqual(policyOf('Alice'))
    expect(await button(page, 'Sign and approve').count()).toBe(0)
    // Alice sees the decision without a reload.
    await alice.page.getByRole('note').getByText('Approved and executed').waitFor()
    await page.goto('/requests/approvals')
    await page.getByText('No change waits for approval').waitFor()
    await page.getByRole('link', { name: 'Executed', exact: true }).click()
    await page.waitForURL('/requests/approvals?state=EXECUTED')
    await expect.poll(() => rows(page).first().textContent()).toMatch(/Executed[\s\S]*by bob/)
    expect(complaints).toEqual([])
  })

  step('the other person objects with a reason, and the requester withdraws', async () => {
    await request(alice.page, policyOf('Disputed'))
    await openNewest(bob.page, 'Change the metadata policy')
    await button(bob.page, 'Object…').click()
    await question(bob.page).getByLabel('Reason').fill('Not before the summer.')
    await question(bob.page).getByRole('button', { name: 'Object' }).click()
    const { page } = alice
    await page.getByRole('note').getByText('Reason: Not before the summer.').waitFor()
    await button(page, 'Withdraw…').click()
    await question(page).getByRole('button', { name: 'Withdraw change' }).click()
    await page.getByText('The requester withdrew the change.').waitFor()

    await request(page, policyOf('Withdrawn'))
    await button(page, 'Withdraw…').click()
    await question(page).getByRole('button', { name: 'Withdraw change' }).click()
    await page.getByText('The requester withdrew the change.').waitFor()
    expect(await presentPolicy()).toEqual(policyOf('Alice'))
  })

  step('one administrator executes a change with a reason, and an alert leads to the audit log', async () => {
    const { page } = alice
    await request(page, policyOf('Urgent'))
    await button(page, 'Execute without a second person…').click()
    const execute = question(page).getByRole('button', { name: 'Execute without a second person' })
    await execute.click()
    await question(page).getByRole('alert').getByText('Say why it cannot wait').waitFor()
    await question(page).getByLabel('Reason').fill('The policy blocks every login.')
    expect(await violations(page, '[role=alertdialog]')).toEqual([])
    await execute.click()
    await page.getByRole('note').getByText('Executed without a second person').waitFor()
    expect(await presentPolicy()).toEqual(policyOf('Urgent'))

    await page.goto('/')
    await page.getByRole('link', { name: '1 protected change was made without a second person' }).click()
    await page.waitForURL('/audit?bypass=1')
    const entries = main(page).getByRole('list', { name: 'entries' }).getByRole('listitem')
    await entries.getByText('Reason: The policy blocks every login.').waitFor()
    await expect.poll(() => entries.count()).toBe(1)
  })

  step('the approver of a new user gets the invitation link, once', async () => {
    const { page } = alice
    await page.goto('/administration/users')
    await button(page, 'Create a user').click()
    const dialog = page.getByRole('dialog', { name: 'Create a user' })
    await dialog.getByLabel('Username').fill('carol')
    await dialog.getByRole('button', { name: 'Create user' }).click()
    await dialog.getByRole('link', { name: 'See the approval.' }).waitFor()
    await expect.poll(() => dialog.getByLabel('Username').inputValue()).toBe('carol')

    await dialog.getByRole('link', { name: 'See the approval.' }).click()
    await giveReason(page, 'She joins the team.')
    await openNewest(bob.page, 'Create a user', 'Create the user carol, with the role viewer')
    await button(bob.page, 'Sign and approve').click()
    await bob.page.getByTestId('invitation-link').getByText('/invitation#').waitFor()
    await bob.page.reload()
    await bob.page.getByRole('note').getByText('Approved and executed').waitFor()
    expect(await bob.page.getByTestId('invitation-link').count()).toBe(0)
  })

  step('the end of the protection needs two people as well', async () => {
    const { page } = alice
    await page.goto('/administration/protection')
    await operation(page, 'Members').uncheck()
    await button(page, 'Save').click()
    await page.getByRole('note').getByText('A second person must approve this.').waitFor()
    expect(await operation(page, 'Members').isChecked()).toBe(false)
    expect(alice.complaints).toEqual([])
  })
})
