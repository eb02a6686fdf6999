/** Tests several anchors in the console: one is created, has members of its own, is paused and resumed, and is removed. */
import { afterAll, beforeAll, expect } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { signIn } from '#test/helpers/browser.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { journey } from '#test/helpers/journey.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

let anchorId: string
const members: TestEntity[] = []

const admin = adminInFile()
beforeAll(async () => {
  anchorId = `${admin.entityId}/test`
  for (let count = 0; count < 2; count++) {
    members.push(await startEntity({ authorityHints: [anchorId], metadata: relyingParty }))
  }
})
const { page, complaints, main } = pageInFile(() => openSignedIn(admin, '/'))
afterAll(() => Promise.all(members.map((member) => member.close())))

const openAs = (username: string, path: string) => openSignedIn(admin, path, username)

/** Ends the sessions of the user. */
async function setRole(username: string, role: string | null, anchor = 'test'): Promise<void> {
  const { data } = await admin.execute(
    'query ($name: String) { users(filter: { search: $name }) { edges { node { id } } } }',
    { name: username },
  )
  const { id } = data.users.edges[0].node
  await admin.mutate('updateUser', { id, anchorRoles: [{ anchor, role }] }, 'username', 'admin')
}

const heading = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
const switcher = () => page.getByRole('banner').getByRole('button', { name: 'Anchor:' })
const row = () => page.getByRole('table', { name: 'Anchors' }).getByRole('row', { name: 'Test federation' })

async function choose(action: string): Promise<void> {
  await row().getByRole('button', { name: 'What to do with Test federation' }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

const statusOfAddress = async () => (await fetch(`${anchorId}/.well-known/openid-federation`)).status

const confirm = (name: string) => page.getByRole('alertdialog').getByRole('button', { name }).click()

journey('an anchor is created, has members and users of its own, is paused and removed', (step) => {
  step('with one anchor, no address and no request names it', async () => {
    const named: string[] = []
    page.on('request', (request) => {
      const anchor = request.headers()['inmor-anchor']
      if (anchor) named.push(anchor)
    })
    await page.getByRole('navigation').getByRole('link', { name: 'Subordinates' }).click()
    await page.waitForURL('/subordinates')
    expect(await switcher().count()).toBe(0)
    await page.getByRole('navigation').getByRole('link', { name: 'Administration' }).click()
    await page.waitForURL('/administration')
    await heading('Anchors')
    expect(named).toEqual([])
  })

  step('the form of a new anchor suggests a short name, and shows what is wrong at its field', async () => {
    await page.getByRole('link', { name: 'New anchor' }).click()
    await heading('New anchor')
    await main().getByLabel('Name', { exact: true }).fill('Test federation')
    await page.getByLabel('Environment').selectOption('TEST')
    await page.getByLabel('Green').check()
    await page.getByLabel('Entity Identifier').fill(anchorId)
    await expect.poll(() => page.getByLabel('Short name').inputValue()).toBe('test')
    await page.getByLabel('Short name').fill('main')
    await page.getByRole('button', { name: 'Create anchor' }).click()
    await page.getByText('There is an anchor main already.').waitFor()
    await expect.poll(() => page.getByLabel('Short name').getAttribute('aria-invalid')).toBe('true')
    expect(await violations(page)).toEqual([])
    await page.getByLabel('Short name').fill('test')
  })

  step('a new anchor is created, its address is checked, and open pages follow', async () => {
    const other = await openAs('operator', '/settings/keys')
    await page.getByRole('button', { name: 'Create anchor' }).click()
    await page.waitForURL('/administration/anchors/test')
    await heading('Test federation')
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.getByText('Reachable', { exact: true }).waitFor()
    await page.getByText('location /test/ {').waitFor()
    expect(await violations(page)).toEqual([])
    // The document shows the first anchor, which is one of several now.
    await switcher().waitFor()
    // The operator has a role in the first anchor only.
    expect(new URL(other.page.url()).pathname).toBe('/settings/keys')
    await setRole('operator', 'OPERATOR')
    await other.page.reload()
    await signIn(other.page, 'operator', PASSWORD)
    await other.page.waitForURL('/a/main/settings/keys')
    expect(other.complaints).toEqual([])
    await other.page.context().close()
  })

  step('who has a role in one anchor alone sees no other one', async () => {
    await setRole('operator', null, 'main')
    const { page: theirs, complaints } = await openAs('operator', '/subordinates/new')
    await theirs.getByRole('banner').getByText('Test federation').waitFor()
    expect(await theirs.getByRole('button', { name: 'Anchor:' }).count()).toBe(0)
    expect(complaints).toEqual([])
    await theirs.context().close()
  })

  step('it has members that the first anchor does not have', async () => {
    await page.getByRole('link', { name: 'Open anchor' }).click()
    await page.waitForURL('/a/test')
    for (const { id } of members) {
      await page.goto('/a/test/subordinates/new')
      await page.getByLabel('Entity Identifier').fill(id)
      await page.getByRole('button', { name: 'Check', exact: true }).click()
      await page.getByRole('button', { name: 'Register subordinate' }).click()
      await page.waitForURL(/\/a\/test\/subordinates\/[^/]{10,}$/)
    }
    await page.goto('/a/test/subordinates')
    await page.getByText('2 subordinates').waitFor()
    await switcher().click()
    await page.getByRole('menuitem', { name: 'All anchors' }).waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('menuitem').first().click()
    await page.waitForURL('/a/main/subordinates')
    await page.getByText('No subordinates yet').waitFor()
  })

  step('it is paused and resumed', async () => {
    await page.goto('/administration')
    await choose('Pause anchor')
    await page.getByText('answer 503 until you resume it').waitFor()
    await confirm('Pause anchor')
    await row().getByText('Paused').first().waitFor()
    await expect.poll(statusOfAddress).toBe(503)
    await choose('Resume anchor')
    await confirm('Resume anchor')
    await row().getByText('Paused').first().waitFor({ state: 'hidden' })
    await expect.poll(statusOfAddress).toBe(200)
  })

  step('a user gets a role in one anchor', async () => {
    await page.goto('/administration/users')
    await page.getByRole('button', { name: 'What to do with viewer' }).click()
    await page.getByRole('menuitem', { name: 'Change the role' }).click()
    await page.getByRole('dialog').getByLabel('Test federation').selectOption('OPERATOR')
    expect(await violations(page, '[role=dialog]')).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Change role' }).click()
    await page.getByRole('row', { name: 'viewer' }).getByText('in Test federation').waitFor()
  })

  step('it is removed after its members', async () => {
    await page.goto('/administration')
    await choose('Remove anchor')
    await page.getByText('Remove first its 2 members').waitFor()
    await confirm('Remove anchor')
    await page.getByText('It still has 2 subordinates').waitFor()
    await page.getByRole('alertdialog').getByRole('link', { name: '2 members' }).click()
    await page.waitForURL('/a/test/subordinates')
    for (const left of [1, 0]) {
      await page.getByRole('table').locator('tbody').getByRole('link').first().click()
      await page.getByRole('button', { name: 'Remove' }).click()
      await confirm('Remove')
      await page.waitForURL('/a/test/subordinates')
      await page
        .getByText(left > 0 ? `${left} subordinate` : 'No subordinates yet')
        .first()
        .waitFor()
    }
    await page.goto('/administration')
    await choose('Remove anchor')
    await page.evaluate(() => Object.assign(globalThis, { isAboutRemoved: true }))
    await confirm('Remove anchor')
    await row().waitFor({ state: 'hidden' })
    // The page was about the removed anchor, and is loaded again; a `goto` would be aborted by that.
    await page.waitForFunction(() => !('isAboutRemoved' in globalThis))
    // One anchor again.
    await page.goto('/a/main/subordinates')
    await page.waitForURL('/subordinates')
    expect(await switcher().count()).toBe(0)
    expect(complaints).toEqual([])
  })
})
