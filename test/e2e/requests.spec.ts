/** Tests requests of members in the console: the list follows, and operators compare, ask back, approve and refuse. */
import type { Page } from 'playwright-core'
import { afterEach, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { relyingPartyNamed } from '#test/helpers/entity.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import { servedStatement, startLeaf } from '#test/helpers/subordinate.ts'
import { openSignedIn, pageInEach, sessionInFile } from './signed-in-console.ts'

const admin = adminInFile()
const organization = inFile(() => admin.mutate('createOrganization', { name: 'Lund University' }, 'id'))
const anna = inFile(() =>
  signInAsMember(admin, { organizationId: organization.id, email: 'anna@lu.example' }),
)
const session = sessionInFile(admin, 'operator')
const { page, complaints } = pageInEach(() => session.open('/requests'))
afterEach(() => expect(complaints).toEqual([]))

const leaf = () => startLeaf(admin)
const submit = async (input: object): Promise<string> => {
  const request = await anna.mutate(
    'submitRequest',
    { organizationId: organization.id, kind: 'REGISTER', ...input },
    'id',
  )
  expect(request.message).toBeUndefined()
  return request.id
}
const open = async (id: string, of: Page = page): Promise<void> => {
  await of.goto(`/requests/${encodeURIComponent(id)}`)
  await panel('Overview', of).waitFor()
}
const main = (of: Page = page) => of.getByRole('main')
const panel = (name: string, of: Page = page) => main(of).getByRole('region', { name, exact: true })
const steps = () => page.getByRole('list', { name: 'Conversation' }).getByRole('listitem')
const state = () => panel('Overview').getByRole('definition').first()

async function decide(label: string, text?: string): Promise<void> {
  const decision = panel('Decision')
  await decision.getByRole('radio', { name: label }).check()
  if (text) await decision.getByRole('textbox').fill(text)
  await decision.getByRole('button', { name: `${label} request` }).click()
}

/** Something that happens after the click, and before the refusal arrives at the server. */
const beforeRefusal = (happen: () => Promise<unknown>) =>
  page.route('**/graphql', async (route) => {
    if (route.request().postData()?.includes('RefuseRequest')) await happen()
    await route.continue()
  })

test('says in the empty list where requests come from', async () => {
  await main().getByText('No open requests').waitFor()
  await main().getByText('People of organizations send requests from the portal').waitFor()
  await expect
    .poll(() => main().getByRole('link', { name: 'Go to organizations' }).getAttribute('href'))
    .toBe('/organizations')
})

test('a request goes from the member to the operators and back, and ends as a published statement', async () => {
  const { id: entityId, keys } = await leaf()
  const changes = { metadata: relyingPartyNamed('Wiki of Lund') }
  const id = await submit({ entityId, message: 'Our new wiki.', changes })

  // The list changes without a reload.
  const row = page.getByRole('row').filter({ hasText: entityId })
  await row.getByRole('cell', { name: 'Registration', exact: true }).waitFor()
  await row.getByRole('cell', { name: 'Lund University', exact: true }).waitFor()
  await row.getByRole('cell', { name: 'Waits for an operator', exact: true }).waitFor()
  await row.getByRole('cell', { name: /^(under a|\d+) minutes?$/ }).waitFor()
  expect(await violations(page)).toEqual([])

  await row.getByRole('link').click()
  await main().getByText(`Lund University asks to register ${entityId}.`).waitFor()
  const difference = panel('What an approval records').getByRole('row').filter({ hasText: 'client_name' })
  await expect.poll(() => difference.getByRole('deletion').allTextContents()).toEqual(['Test Relying Party'])
  await expect.poll(() => difference.getByRole('insertion').allTextContents()).toEqual(['Wiki of Lund'])
  await panel('Checks').getByText('At submission').waitFor()
  await expect.poll(() => steps().allInnerTexts()).toEqual([expect.stringContaining('Our new wiki.')])
  expect(await panel('Decision').getByRole('button').count()).toBe(0)
  expect(await violations(page)).toEqual([])

  await decide('Return')
  expect(
    await panel('Decision')
      .getByRole('textbox')
      .evaluate((box) => box.matches(':invalid')),
  ).toBe(true)
  await decide('Return', 'Which faculty?')
  await page.getByText('Request returned.').waitFor()
  await state().getByText('Waits for the organization').waitFor()
  await steps().nth(1).getByText('Which faculty?').waitFor()
  await anna.mutate('commentRequest', { id, text: 'Law.' }, 'id')
  await steps().nth(2).getByText('Law.').waitFor()
  await state().getByText('Waits for an operator').waitFor()

  await main().getByLabel('Comment').fill('Thank you.')
  await main().getByRole('button', { name: 'Send comment' }).click()
  await steps().nth(3).getByText('Thank you.').waitFor()
  expect(await main().getByLabel('Comment').inputValue()).toBe('')

  await panel('Decision').getByRole('radio', { name: 'Approve' }).check()
  await panel('Decision').getByText('its statement is published within seconds').waitFor()
  await decide('Approve', 'Welcome.')
  await page.getByText('Request approved.').waitFor()
  await main().getByText('The entity was registered.').waitFor()
  await steps().nth(4).getByText('Welcome.').waitFor()
  await panel('Checks').getByText('At the approval').waitFor()
  expect(await panel('Decision').count()).toBe(0)
  expect(await main().getByLabel('Comment').count()).toBe(0)
  expect(await violations(page)).toEqual([])
  await expect.poll(() => servedStatement(admin, entityId)).toMatchObject({ sub: entityId, jwks: keys })
  await main().getByRole('note').getByRole('link', { name: 'Go to the subordinate' }).click()
  await page.getByRole('heading', { level: 1, name: 'Wiki of Lund' }).waitFor()
})

test('a refusal needs a reason, which the member reads', async () => {
  const { id: entityId } = await leaf()
  const id = await submit({ entityId })
  await open(id)
  await decide('Refuse', ' ')
  await panel('Decision').getByText('Say why it is refused.').waitFor()
  await decide('Refuse', 'Not a service of a university.')
  await page.getByText('Request refused.').waitFor()
  await main().getByRole('note').getByText('Reason: Not a service of a university.').waitFor()
  const { data } = await anna.execute(`{ request(id: "${id}") { state steps { text } } }`)
  expect(data.request).toEqual({
    state: 'REFUSED',
    steps: [{ text: null }, { text: 'Not a service of a university.' }],
  })
  expect(await servedStatement(admin, entityId)).toBe(404)
})

test('shows another configuration of the entity before it can be approved', async () => {
  const entity = await leaf()
  await open(await submit({ entityId: entity.id }))
  await panel('What an approval records').getByText('Test Relying Party').waitFor()
  entity.options.metadata = relyingPartyNamed('Other Party')
  await decide('Approve', 'Welcome.')
  const refusal = panel('Decision').getByRole('alert')
  await refusal.getByText('The entity has changed').waitFor()
  await refusal.getByText('This page shows what it declares now.').waitFor()
  await panel('What an approval records').getByText('Other Party').waitFor()
  await expect.poll(() => panel('Decision').getByRole('textbox').inputValue()).toBe('Welcome.')
  expect(await violations(page)).toEqual([])
  expect(await servedStatement(admin, entity.id)).toBe(404)
  await decide('Approve')
  await main().getByText('The entity was registered.').waitFor()
})

test('shows what the member wrote meanwhile, before and instead of a decision', async () => {
  const id = await submit({ entityId: (await leaf()).id })
  await open(id)
  await panel('Decision').getByRole('radio', { name: 'Refuse' }).check()
  await anna.mutate('commentRequest', { id, text: 'Please wait.' }, 'id')
  await steps().nth(1).getByText('Please wait.').waitFor()
  await panel('Decision').getByText('The request has changed since you chose.').waitFor()

  await beforeRefusal(() => anna.mutate('commentRequest', { id, text: 'One more thing.' }, 'id'))
  await decide('Refuse', 'No.')
  await panel('Decision').getByRole('alert').getByText('The request has changed', { exact: true }).waitFor()
  await page.unroute('**/graphql')
  await steps().nth(2).getByText('One more thing.').waitFor()
  await state().getByText('Waits for an operator').waitFor()
  await expect.poll(() => panel('Decision').getByRole('textbox').inputValue()).toBe('No.')
  await decide('Refuse')
  await state().getByText('Refused', { exact: true }).waitFor()
})

test('shows the checks that fail at the approval', async () => {
  const entity = await leaf()
  await open(await submit({ entityId: entity.id }))
  entity.options.authorityHints = ['https://another.example.org']
  await decide('Approve')
  await panel('Decision').getByRole('alert').getByText('Failed').first().waitFor()
  await panel('Checks').getByText('At the approval').waitFor()
  await panel('Checks').getByText('Failed', { exact: true }).waitFor()
  await state().getByText('Waits for an operator').waitFor()
})

test('a viewer sees the requests, and no action', async () => {
  const id = await submit({ entityId: (await leaf()).id })
  const { page: theirs, complaints } = await openSignedIn(admin, '/requests', 'viewer')
  await theirs.getByRole('row').filter({ hasText: 'Registration' }).first().waitFor()
  await open(id, theirs)
  await panel('What an approval records', theirs).getByText('Test Relying Party').waitFor()
  expect(await main(theirs).getByRole('radio').count()).toBe(0)
  expect(await main(theirs).getByRole('textbox').count()).toBe(0)
  expect(
    await main(theirs)
      .getByRole('button', { name: /request|comment/i })
      .count(),
  ).toBe(0)
  expect(complaints).toEqual([])
  await theirs.context().close()
})
