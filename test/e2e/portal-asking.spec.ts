/** Tests where a member can ask for nothing or for little, and that nothing which comes in between discards the input. */
import { beforeAll, expect, test } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { violations } from '#test/helpers/axe.ts'
import { journey } from '#test/helpers/journey.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import type { Visitor } from '#test/helpers/visitor.ts'
import { openOwnPortal, portalInFile } from './portal-federation.ts'
import { pageInFile } from './signed-in-console.ts'

const email = 'anna@library.example.org'

/** Another person of the organization. */
let bo: Visitor

const federation = portalInFile()
beforeAll(async () => {
  const { admin, organizationId } = federation
  bo = await signInAsMember(admin, { organizationId, email: 'bo@library.example.org' })
})
const { page, complaints, main, title, returnToWindow } = pageInFile(() =>
  openOwnPortal(federation, { email }),
)

const notice = (text: string) => main().getByRole('note').filter({ hasText: text })
const press = (name: string, on = main()) => on.getByRole('button', { name, exact: true }).click()
const archiveAt = (path = '') =>
  `/portal/entity${path}?${new URLSearchParams({ anchor: 'main', id: federation.archive.id })}`

async function setActive(active: boolean): Promise<void> {
  const { admin, organizationId: id } = federation
  await admin.mutate('updateOrganization', { id, active }, 'id', 'admin')
  await returnToWindow()
}

test.each(['unknown', ''])('finds no request “%s”, in the frame of the portal', async (id) => {
  await page.goto(`/portal/request?id=${id}`)
  await title('Nothing here').waitFor()
  await main().getByText('There is no such request of your organizations.').waitFor()
  expect(await violations(page)).toEqual([])
  await main().getByRole('link', { name: 'Go to my entities' }).click()
  await title('My entities').waitFor()
})

journey('a member asks while others change the same', (step) => {
  step('shows no request of another organization', async () => {
    const { admin, foreign } = federation
    const { id: organizationId } = await admin.mutate('createOrganization', { name: 'Museum' }, 'id', 'admin')
    const eva = await signInAsMember(admin, { organizationId, email: 'eva@museum.example.org' })
    const { id: entityId } = foreign
    const row = await admin.server.db.subordinate.findUniqueOrThrow({ where: { entityId } })
    const organization = await admin.server.db.organization.findFirstOrThrow({ where: { name: 'Museum' } })
    await admin.server.db.subordinate.update({
      where: { id: row.id },
      data: { organizationId: organization.id },
    })
    const { id } = await eva.mutate('submitRequest', { kind: 'WITHDRAW', organizationId, entityId }, 'id')
    await page.goto(`/portal/request?${new URLSearchParams({ id })}`)
    await title('Nothing here').waitFor()
  })

  step('a request of someone else in between keeps the input of a change', async () => {
    const { archive, organizationId } = federation
    await page.goto(archiveAt('/change'))
    await main().getByLabel('Message to the operators').fill('New keys.')
    const { id } = await bo.mutate(
      'submitRequest',
      { kind: 'WITHDRAW', organizationId, entityId: archive.id },
      'id',
    )
    await returnToWindow()
    await notice('Open request: Withdrawal').waitFor()
    await expect.poll(() => main().getByLabel('Message to the operators').inputValue()).toBe('New keys.')
    await main().getByLabel('Record the keys that the entity publishes now').check()
    await press('Send request')
    await main().getByRole('alert').filter({ hasText: 'A request for this entity waits already.' }).waitFor()
    expect(await violations(page)).toEqual([])
    await notice('Open request: Withdrawal').getByRole('link').click()
    await press('Leave without saving', page.getByRole('alertdialog'))
    await title(`Withdrawal of ${archive.id}`).waitFor()
    expect(new URL(page.url()).searchParams.get('id')).toBe(id)
  })

  step('says that a request changed in between, and shows the change', async () => {
    const id = new URL(page.url()).searchParams.get('id')
    await press('Withdraw…')
    await bo.mutate('commentRequest', { id, text: 'It is I who asked.' }, 'id')
    const dialog = page.getByRole('dialog')
    await press('Withdraw request', dialog)
    await dialog.getByRole('alert').waitFor()
    await main().getByText('It is I who asked.').waitFor({ state: 'attached' })
    await press('Withdraw request', dialog)
    await notice('Withdrawn').waitFor()
  })

  step('shows which check fails with the keys that are asked for', async () => {
    const { archive } = federation
    const other = toPublicJwk(await generateSigningKey('ES256'))
    await page.goto(archiveAt())
    await main().getByRole('link', { name: 'Ask for a change…' }).click()
    const keys = main().getByRole('region', { name: 'Keys', exact: true })
    await keys.getByLabel('Record these keys').check()
    await press(`Remove the key ${archive.keys.keys[0]?.kid}`, keys)
    await keys.getByLabel('Add keys').fill(JSON.stringify(other))
    await press('Add to the keys', keys)
    await press('Send request')
    const checks = main().getByRole('region', { name: 'Checks of the entity' })
    await checks.getByText('1 check failed.').waitFor()
    await checks.getByText('Failed', { exact: true }).waitFor()
    expect(await checks.getByText('It is not registered yet').count()).toBe(0)
    await keys.getByText(String(other.kid)).waitFor()
    await page.getByRole('link', { name: 'My account' }).click()
    await press('Leave without saving', page.getByRole('alertdialog'))
    await page.waitForURL('/portal/account')
  })

  step('says above the button that there were too many requests', async () => {
    const { db } = federation.admin.server
    const counted = { key: `request:${email}`, count: 10, lastRequest: BigInt(Date.now()) }
    await db.rateLimit.deleteMany()
    await db.rateLimit.create({ data: { id: 'test', ...counted } })
    await page.goto('/portal/register')
    await main().getByLabel('Entity Identifier').fill('https://rp.example.org')
    await press('Send request')
    await main().getByRole('alert').filter({ hasText: 'Too many attempts.' }).waitFor()
    await db.rateLimit.deleteMany()
  })

  step('an organization that is inactive can ask for nothing, and its input stays', async () => {
    await setActive(false)
    await notice('Nothing can be asked for at present').waitFor()
    await expect
      .poll(() => main().getByLabel('Entity Identifier').inputValue())
      .toBe('https://rp.example.org')
    await main().getByLabel('Entity Identifier').fill('')
    await main().getByLabel('Entity Identifier').waitFor({ state: 'detached' })
    expect(await violations(page)).toEqual([])
    await page.goto(archiveAt())
    await notice('Northern Library is inactive').waitFor()
    expect(
      await main()
        .getByText(/^Ask for/)
        .count(),
    ).toBe(0)
    await page.goto('/portal/requests')
    await title('Requests').waitFor()
    expect(await main().getByRole('link', { name: 'Register an entity' }).count()).toBe(0)
    await setActive(true)
    await main().getByRole('link', { name: 'Register an entity' }).waitFor()
  })

  step('shows more of the decided requests, and those of another place apart', async () => {
    const { admin } = federation
    const museum = await admin.server.db.organization.findFirstOrThrow({ where: { name: 'Museum' } })
    const decided = { organizationId: museum.id, kind: 'WITHDRAW', state: 'REFUSED', decidedAt: new Date() }
    await admin.server.db.request.createMany({
      data: Array.from({ length: 21 }, (_, index) => ({
        ...decided,
        entityId: `https://rp${index}.example.org`,
        submittedBy: 'eva@museum.example.org',
      })),
    })
    const museumId = Buffer.from(`Organization:${museum.id}`).toString('base64')
    await admin.mutate('invitePerson', { organizationId: museumId, email }, 'id', 'admin')
    await page.goto('/portal/requests')
    const panel = main().getByRole('region', { name: 'Museum', exact: true })
    const refused = panel.getByRole('row').filter({ hasText: 'Refused' })
    await refused.first().waitFor()
    await expect.poll(() => refused.count()).toBe(20)
    await panel.getByRole('row').nth(1).getByText('Waits for the operators').waitFor()
    await main().getByRole('region', { name: 'Northern Library' }).getByText('Withdrawn').waitFor()
    expect(await violations(page)).toEqual([])
    await panel.getByRole('link', { name: 'Show more' }).click()
    await refused.nth(20).waitFor()
    expect(await panel.getByRole('link', { name: 'Show more' }).count()).toBe(0)
  })

  step('asks for which organization an entity shall be registered', async () => {
    await main().getByRole('link', { name: 'Register an entity' }).click()
    await main().getByLabel('Entity Identifier').fill(federation.archive.id)
    await main()
      .getByLabel('Organization and Trust Anchor')
      .selectOption({ label: 'Museum in Northern Federation' })
    await main().getByText('Museum asks the operators of Northern Federation').waitFor()
    await press('Send request')
    await main().getByRole('alert').filter({ hasText: 'is already registered' }).waitFor()
    expect(await violations(page)).toEqual([])
    expect(complaints).toEqual([])
  })
})
