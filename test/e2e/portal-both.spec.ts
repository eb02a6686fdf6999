/** Tests the account of a member in the portal, and users who are operators and members. */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { openPage, signIn } from '#test/helpers/browser.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { journey } from '#test/helpers/journey.ts'
import { make as makeIn, read } from './make.ts'
import { openAsMember } from './portal-federation.ts'
import { leaveConsole, openSignedIn } from './signed-in-console.ts'

const email = 'anna@library.example.org'
const password = 'a password of my own'

const make = (name: string, input: object, selection?: string) => makeIn(admin, name, input, selection)

const admin = adminInFile()
const organization = inFile(() => make('createOrganization', { name: 'Northern Library' }))

async function userId(name: string): Promise<string | undefined> {
  const document = '{ users(first: 50) { edges { node { id username } } } }'
  const { users } = await read(admin, document)
  return users.edges.find(({ node }: { node: { username: string } }) => node.username === name)?.node.id
}

const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true })

async function choose(page: Page, user: string, item: string): Promise<void> {
  await page.getByRole('button', { name: user }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

journey('a member has an account in the portal', (step) => {
  step('a member without a right to the console is offered none', async () => {
    const person = { organizationId: organization.id, email, name: 'Anna Ek' }
    const { page } = await openAsMember(admin, person)
    await page.getByRole('button', { name: 'Anna Ek' }).click()
    await page.getByRole('menuitem', { name: 'My account' }).waitFor()
    expect(await page.getByRole('menuitem', { name: 'Console' }).count()).toBe(0)
    await page.context().close()
  })

  step('a member whose password was set chooses another one before the portal', async () => {
    const input = { id: await userId(email), password: 'set by the administrator', mustChangePassword: true }
    await make('resetUserPassword', input)
    const { page } = await openPage(admin.adminUrl)
    await page.goto('/portal/organization')
    await signIn(page, email, 'set by the administrator')
    await page.waitForURL('/new-password?next=%2Fportal%2Forganization')
    await page.getByLabel('New password', { exact: true }).fill(password)
    await page.getByLabel('Repeat the new password').fill(password)
    await page.getByRole('button', { name: 'Change password' }).click()
    await page.waitForURL('/portal/organization')
    await title(page, 'Northern Library').waitFor()
    await page.context().close()
  })
})

journey('an operator is a member too', (step) => {
  step('a user without an organization is led from the portal to the console', async () => {
    await make('createUser', { username: 'otto', password, role: 'OPERATOR', email: 'otto@example.org' })
    const { page, complaints } = await openPage(admin.adminUrl)
    await page.goto('/portal/account')
    await signIn(page, 'otto', password)
    await title(page, 'Dashboard').waitFor()
    expect(new URL(page.url()).pathname).toBe('/')
    await page.getByRole('button', { name: 'otto' }).click()
    await page.getByRole('menuitem', { name: 'My account' }).waitFor()
    expect(await page.getByRole('menuitem', { name: 'Portal' }).count()).toBe(0)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  step('an operator who is a member too goes to the portal and back, also with several anchors', async () => {
    await make('invitePerson', { organizationId: organization.id, email: 'otto@example.org' })
    const { page, complaints } = await openSignedIn(admin, '/', 'otto', password)
    const anchorsNamed: (string | undefined)[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/graphql') && new URL(page.url()).pathname.startsWith('/portal'))
        anchorsNamed.push(request.headers()['inmor-anchor'])
    })
    await choose(page, 'otto', 'Portal')
    await title(page, 'My entities').waitFor()
    await choose(page, 'otto', 'Console')
    await title(page, 'Dashboard').waitFor()

    await leaveConsole(page)
    await make(
      'createTrustAnchor',
      { slug: 'test', entityId: `${admin.entityId}/test`, displayName: 'Test' },
      'slug',
    )
    const anchorRoles = [{ anchor: 'test', role: 'OPERATOR' }]
    await make('updateUser', { id: await userId('otto'), anchorRoles })
    await page.goto('/sign-in')
    await signIn(page, 'otto', password)
    await page.waitForURL('/a/main')
    await page.goto('/a/test/subordinates')
    await title(page, 'Subordinates').waitFor()
    await choose(page, 'otto', 'Portal')
    await page.waitForURL('/portal')
    await title(page, 'My entities').waitFor()
    await page.getByRole('link', { name: 'My organization' }).click()
    await title(page, 'Northern Library').waitFor()
    await choose(page, 'otto', 'Console')
    await page.waitForURL('/a/test')
    await title(page, 'Dashboard').waitFor()
    await page.goto('/a/test/portal')
    await title(page, 'Nothing here').waitFor()
    expect(anchorsNamed.length).toBeGreaterThan(3)
    expect(anchorsNamed.filter((name) => name !== undefined)).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
