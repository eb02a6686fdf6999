/** Tests what the pages of requests of each kind show, and the other places of the console that show open requests. */
import { beforeAll, expect } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { register, startLeaf } from '#test/helpers/subordinate.ts'
import { signedIn, type Visitor } from '#test/helpers/visitor.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

const MARK = 'https://marks.example.org/research'

let anna: Visitor

const admin = adminInFile()
const organization = inFile(() => admin.mutate('createOrganization', { name: 'Lund University' }, 'id'))
beforeAll(async () => {
  await admin.mutate('createTrustMarkType', { type: MARK, description: 'Research and Scholarship' }, 'id')
  anna = await signInAsMember(admin, { organizationId: organization.id, email: 'anna@lu.example' })
})
const { page, complaints, main, panel } = pageInFile(() => openSignedIn(admin, '/', 'operator'))

const start = () => startLeaf(admin)
async function member() {
  const entity = await start()
  return { entity, id: (await register(admin, entity, { organizationId: organization.id })).id }
}
async function submit(input: object, visitor = anna): Promise<string> {
  await admin.server.db.rateLimit.deleteMany()
  const request = await visitor.mutate('submitRequest', { organizationId: organization.id, ...input }, 'id')
  expect(request.message).toBeUndefined()
  return request.id
}
const open = (id: string) => page.goto(`/requests/${encodeURIComponent(id)}`)

async function approve(): Promise<void> {
  await panel('Decision').getByRole('radio', { name: 'Approve' }).check()
  await panel('Decision').getByRole('button', { name: 'Approve request' }).click()
}

journey('requests of each kind are shown, decided and found', (step) => {
  step('compares a change of keys with the registered ones, key by key', async () => {
    const { entity } = await member()
    const other = toPublicJwk(await generateSigningKey('ES256'))
    const jwks = { keys: [toPublicJwk(entity.key), other] }
    await open(await submit({ kind: 'CHANGE', entityId: entity.id, changes: { jwks } }))
    await main().getByText(`asks to change the keys that are recorded for ${entity.id}.`).waitFor()
    const rows = panel('What an approval records').getByRole('rowheader')
    await expect.poll(() => rows.allTextContents()).toEqual([expect.stringContaining(String(other.kid))])
    expect(await panel('Checks').getByText('Warning').count()).toBe(0)
    await approve()
    await main().getByText('The change was recorded.').waitFor()
    await panel('What was asked for').getByText(String(other.kid)).waitFor()
  })

  step('shows the type of a Trust Mark, and links to it after the approval', async () => {
    const { entity, id } = await member()
    await open(await submit({ kind: 'TRUST_MARK', entityId: entity.id, trustMarkType: MARK }))
    await panel('Trust Mark').getByRole('link', { name: 'Research and Scholarship' }).waitFor()
    await panel('Trust Mark').getByText(MARK, { exact: true }).waitFor()
    await approve()
    await main().getByText('The Trust Mark was issued.').waitFor()
    await main().getByRole('note').getByRole('link', { name: 'Go to the subordinate' }).click()
    await page.waitForURL(`/subordinates/${encodeURIComponent(id)}/trust-marks`)
    await main().getByText('Research and Scholarship').waitFor()
  })

  step('says what ends with a withdrawal, and which marks stay', async () => {
    const { entity } = await member()
    await admin.mutate('issueTrustMark', { entityId: entity.id, trustMarkType: MARK }, 'id')
    await open(await submit({ kind: 'WITHDRAW', entityId: entity.id }))
    await panel('What ends').getByText('Its Trust Marks stay valid.').waitFor()
    await panel('What ends').getByRole('link', { name: 'Research and Scholarship' }).waitFor()
    await panel('What ends').getByText('It has no entities below it.').waitFor()
    expect(await violations(page)).toEqual([])
    await approve()
    await panel('Overview').getByText('It is not registered.').waitFor()
    expect(await admin.server.db.subordinate.count({ where: { entityId: entity.id } })).toBe(0)
  })

  step('refuses the approval of an operator who acts for the organization', async () => {
    const both = { username: 'both', role: 'OPERATOR', email: 'both@lu.example', password: PASSWORD }
    await admin.mutate('createUser', both, 'id', 'admin')
    await admin.mutate('invitePerson', { organizationId: organization.id, email: both.email }, 'id')
    const visitor = await signedIn(admin, 'both')
    const id = await submit({ kind: 'REGISTER', entityId: (await start()).id }, visitor)
    const path = `/requests/${encodeURIComponent(id)}`
    const theirs = await openSignedIn(admin, path, 'both')
    const decision = theirs.page.getByRole('region', { name: 'Decision' })
    await decision.getByRole('radio', { name: 'Approve' }).check()
    await decision.getByRole('button', { name: 'Approve request' }).click()
    await decision.getByText('Another operator must approve it.').waitFor()
    expect(theirs.complaints).toEqual([])
    await theirs.page.context().close()
    await admin.mutate('refuseRequest', { id, reason: 'Only a test.' }, 'id')
  })

  step(
    'the dashboard, the organization, the subordinate and the palette lead to an open request',
    async () => {
      await page.goto('/')
      await page.getByText('Needs attention').waitFor()
      expect(await main().getByText('waits for an operator').count()).toBe(0)

      const { entity, id: subordinate } = await member()
      const id = await submit({ kind: 'WITHDRAW', entityId: entity.id })
      const path = `/requests/${encodeURIComponent(id)}`
      const line = main().getByRole('link', {
        name: /^1 request waits for an operator, for (under a|\d+) minutes?$/,
      })
      await line.waitFor()
      await line.click()
      await page.waitForURL('/requests?state=WAITING_FOR_OPERATOR')
      // By its name, with its identifier below.
      await main().getByRole('link', { name: 'Test Relying Party' }).waitFor()
      await main().getByRole('row').getByText(entity.id, { exact: true }).waitFor()

      await page.goto(`/organizations/${encodeURIComponent(organization.id)}`)
      await panel('Requests').getByText('1 open request.').waitFor()
      await panel('Requests')
        .getByRole('link', { name: `Withdrawal of ${entity.id}` })
        .waitFor()
      await panel('Requests').getByRole('link', { name: 'Show all requests' }).click()
      await main().getByRole('cell', { name: 'Approved', exact: true }).first().waitFor()
      await main().getByText('5 requests match').waitFor()

      await page.goto(`/subordinates/${encodeURIComponent(subordinate)}`)
      await main().getByText('Open request: Withdrawal').waitFor()
      expect(await violations(page)).toEqual([])
      await main().getByRole('link', { name: 'Go to the request of Lund University' }).click()
      await page.waitForURL(path)

      await page.goto('/')
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').fill(entity.id)
      await page
        .getByRole('option', { name: 'Withdrawal of Test Relying Party Request of Lund University' })
        .click()
      await page.waitForURL(path)
    },
  )

  step(
    'the list keeps its filters in the address, and the history of a request is in the audit log',
    async () => {
      await page.goto('/requests')
      await main().getByRole('link', { name: 'Approved' }).click()
      await page.waitForURL('/requests?state=APPROVED')
      await main().getByLabel('Kind').selectOption('Change')
      await page.waitForURL('/requests?state=APPROVED&kind=CHANGE')
      await main().getByText('1 request matches').waitFor()
      await main().getByRole('row').nth(1).getByRole('link').click()
      await main().getByRole('link', { name: 'History' }).click()
      await main().getByRole('list', { name: 'entries' }).getByText('Request approved').waitFor()
    },
  )

  step('assigns a request, and filters the list by the operator', async () => {
    const id = await submit({ kind: 'REGISTER', entityId: (await start()).id })
    await open(id)
    const assigned = panel('Assigned to')
    await assigned.getByText('No one').waitFor()
    await assigned.getByRole('button', { name: 'Assign to me' }).click()
    await page.getByText('Request assigned.').waitFor()
    await assigned.getByText('operator (you)').waitFor()
    await panel('Overview').getByText('Assigned to').waitFor()
    await assigned.getByRole('combobox', { name: 'Assign to another operator' }).click()
    await page.getByRole('option', { name: 'admin', exact: true }).click()
    await assigned.getByText('admin', { exact: true }).waitFor()
    await admin.mutate('assignRequest', { id, username: 'operator' }, 'id', 'admin')
    await assigned.getByText('operator (you)').waitFor() // without a reload

    await page.goto('/requests')
    const filter = main().getByRole('combobox', { name: 'Assigned to' })
    for (const [choice, address, matches] of [
      ['Me', '*me', '1 request matches'],
      ['No one', '*none', '1 request matches'],
      ['admin', 'admin', 'No request matches'],
    ] as const) {
      await filter.click()
      await page.getByRole('option', { name: choice, exact: true }).click()
      await page.waitForURL(`/requests?assignee=${address}`)
      await main().getByText(matches).waitFor()
    }
    await page.goto('/requests?assignee=*me')
    await main().getByRole('cell', { name: 'operator', exact: true }).waitFor()
    await expect.poll(() => filter.inputValue()).toBe('Me')
    await open(id)
    await assigned.getByRole('button', { name: 'Remove assignment' }).click()
    await assigned.getByText('No one').waitFor()
  })

  step('approves the selected requests after their plan, and shows the run', async () => {
    const entity = await start()
    await submit({ kind: 'REGISTER', entityId: entity.id })
    await page.goto('/requests')
    await main().getByText('3 requests', { exact: true }).waitFor()
    await page.getByLabel('Select all on this page').check()
    await main().getByText('3 requests selected').waitFor()
    await main().getByRole('button', { name: 'Approve 3 requests…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Approve 3 requests' })
    const words = 'the approval registers 2 entities and removes 1 entity from the federation.'
    await dialog.getByText(words).waitFor()
    await dialog.getByRole('textbox', { name: 'Message to the organizations' }).fill('Welcome.')
    await dialog.getByRole('button', { name: 'Show what would happen' }).click()
    await dialog.getByText('2 to create, 1 to remove.').waitFor()
    const effect = dialog.getByRole('list', { name: 'Effect on members' })
    await effect.getByText('Would no longer resolve').waitFor()
    await dialog.getByRole('button', { name: 'Examine 3 requests now' }).click()
    const results = dialog.getByRole('list', { name: '3 would be approved' })
    await results.getByText('Would remove the member.').waitFor()
    await expect.poll(() => results.getByText('Would create the member.').count()).toBe(2)
    expect(await violations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Approve 3 requests' }).click()
    await page.getByRole('heading', { level: 1, name: 'Approval of requests' }).waitFor()
    await main().getByText('3 of 3 requests approved').waitFor()
    await main().getByText('Approved', { exact: true }).nth(2).waitFor()
    await expect
      .poll(() => admin.server.db.requestStep.count({ where: { action: 'APPROVED', text: 'Welcome.' } }))
      .toBe(3)
  })

  step('the removal of the organization says that its requests are deleted', async () => {
    await page.goto(`/organizations/${encodeURIComponent(organization.id)}`)
    await main().getByRole('button', { name: 'Remove…' }).click()
    await page.getByRole('alertdialog').getByText('its requests to this anchor are deleted').waitFor()
    expect(complaints).toEqual([])
  })
})
