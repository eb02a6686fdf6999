/** Tests that an open page of the portal follows its entity, and survives a server that is away. */
import { expect } from 'vitest'
import { openPage } from '#test/helpers/browser.ts'
import { journey } from '#test/helpers/journey.ts'
import { checkEntity, openOwnPortal, portalInFile } from './portal-federation.ts'
import { pageInFile } from './signed-in-console.ts'

const federation = portalInFile()
const { page, complaints, returnToWindow } = pageInFile(() =>
  openOwnPortal(federation, { email: 'anna@library.example.org' }),
)

async function setBotany(isBroken: boolean): Promise<void> {
  const { admin, botany } = federation
  botany.misbehave(isBroken ? 'no authority hint' : undefined)
  await checkEntity(admin.server, botany)
}

journey('an open page follows its entity', (step) => {
  step('reads again each half minute', async () => {
    const storageState = await page.context().storageState()
    const other = await openPage(federation.admin.adminUrl, { storageState })
    await other.page.clock.install()
    await other.page.goto('/portal')
    const before = other.page.getByText('1 of 2 entities has a problem.')
    await before.waitFor()
    await setBotany(false)
    await other.page.clock.runFor(20_000)
    await expect.poll(() => before.count()).toBe(1)
    await other.page.clock.runFor(11_000)
    await other.page.getByText('2 entities, none with a problem.').waitFor()
    expect(other.complaints).toEqual([])
    await other.page.context().close()
  })

  step('reads again when the user returns to the window', async () => {
    await page.getByRole('link', { name: 'Botany', exact: true }).click()
    const notice = page.getByRole('main').getByRole('alert').filter({ hasText: 'Does not resolve' })
    for (const isBroken of [true, false, true]) {
      await setBotany(isBroken)
      await returnToWindow()
      await notice.waitFor({ state: isBroken ? 'visible' : 'detached' })
      await page.getByText(isBroken ? '1 of the last 1 check failed' : 'The last 1 check passed').waitFor()
    }
    expect(complaints).toEqual([])
  })

  step('keeps the page while the server is away, and says so', async () => {
    const lost = page.getByText('The connection to the server is lost.')
    await page.route('**/graphql', (request) => request.abort())
    await returnToWindow()
    await lost.waitFor()
    await page.getByRole('heading', { level: 1, name: 'Botany' }).waitFor()
    await page.unroute('**/graphql')
    await returnToWindow()
    await lost.waitFor({ state: 'detached' })
    expect(complaints.filter((complaint) => !complaint.includes('net::ERR_FAILED'))).toEqual([])
  })

  step('shows an organization to which an operator adds the person', async () => {
    const { id } = await federation.admin.mutate(
      'createOrganization',
      { name: 'Southern Museum' },
      'id',
      'admin',
    )
    const input = { organizationId: id, email: 'anna@library.example.org' }
    await federation.admin.mutate('invitePerson', input, 'id', 'admin')
    await returnToWindow()
    await page.getByRole('link', { name: 'Southern Museum' }).waitFor()
    await page.getByRole('heading', { level: 1, name: 'Botany' }).waitFor()
  })
})
