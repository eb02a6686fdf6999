/** Tests the reference in the console: its index, its pages, jumps by name, and both themes. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { violations } from '#test/helpers/axe.ts'
import { openPage } from '#test/helpers/browser.ts'
import { openSignedIn, pageInFile } from './signed-in-console.ts'

/** axe looks at each of some thousand cells, in four looks. */
const LONG_PAGE_TIMEOUT = 300_000

const admin = adminInFile()
/** Complaints are also refusals of the content security policy, and requests to other hosts. */
const { page, complaints } = pageInFile(() => openSignedIn(admin, '/reference'))
beforeEach(() => {
  complaints.length = 0
})
afterEach(() => expect(complaints).toEqual([]))

const heading = (name: string) => page.getByRole('heading', { name, exact: true })

/** Whether an element is in the window and marked. */
async function expectMarked(id: string): Promise<void> {
  const target = page.locator(`[id="${id}"].is-target`)
  await target.waitFor()
  await expect
    .poll(() => target.evaluate((element) => element.getBoundingClientRect().top))
    .toBeGreaterThan(-1)
  expect(await target.evaluate((element) => element.getBoundingClientRect().top < innerHeight)).toBe(true)
}

test('lists the nouns, and leads to their pages', async () => {
  await page.goto('/reference')
  await page.getByRole('main').getByRole('link', { name: 'Trust Marks', exact: true }).waitFor()
  expect(await violations(page, 'main')).toEqual([])
  await page.getByRole('link', { name: 'issueTrustMark', exact: true }).click()
  await heading('Mutation.issueTrustMark').waitFor()
  expect(new URL(page.url()).pathname).toBe('/reference/trust-marks')
  await expectMarked('mutationissuetrustmark')
})

test.each(['keys', 'scalars-and-errors', 'rest', 'cli'])(
  'has no violations on the page %s, and its links lead somewhere',
  { timeout: LONG_PAGE_TIMEOUT },
  async (name) => {
    await page.goto(`/reference/${name}`)
    await page.getByRole('navigation', { name: 'On this page' }).waitFor()
    expect(await violations(page, 'main')).toEqual([])
    const broken = await page.locator('main a[href*="#"]').evaluateAll((links) =>
      links
        .filter((link): link is HTMLAnchorElement => link instanceof HTMLAnchorElement)
        .filter(({ pathname }) => pathname === location.pathname)
        .map(({ hash }) => decodeURIComponent(hash.slice(1)))
        .filter((id) => !document.getElementById(id)),
    )
    expect(broken).toEqual([])
  },
)

test.each([
  ['Mutation.registerSubordinate', '/reference/members', 'mutationregistersubordinate'],
  ['registerSubordinate', '/reference/members', 'mutationregistersubordinate'],
  ['Subordinate.state', '/reference/members', 'subordinate.state'],
  ['IssueTrustMarkResult', '/reference/trust-marks', 'mutationissuetrustmark'],
  ['Query.trustMarks', '/reference/trust-marks', 'querytrustmarks'],
  ['DateTime', '/reference/scalars-and-errors', 'datetime'],
  ['inmor audit verify', '/reference/cli', 'inmor-audit-verify'],
])('goes to the place of %s', async (name, path, id) => {
  await page.goto(`/reference?${new URLSearchParams({ name })}`)
  await page.waitForURL((url) => url.pathname === path)
  expect(new URL(page.url()).hash).toBe(`#${id}`)
  await expectMarked(id)
})

test('says that it does not know a name, and shows similar ones', async () => {
  await page.goto('/reference?name=Mutation.registerSubordinatesAtOnce')
  await page.getByText('“Mutation.registerSubordinatesAtOnce” is not in this reference.').waitFor()
  await page.getByRole('link', { name: 'Mutation.registerSubordinate', exact: true }).waitFor()
  expect(await violations(page, 'main')).toEqual([])
})

test('finds names while one types', async () => {
  await page.goto('/reference')
  await page.getByRole('searchbox', { name: 'Search' }).fill('trustmark state')
  await page.getByRole('link', { name: 'TrustMark.state', exact: true }).click()
  await expectMarked('trustmark.state')
  await page.goto('/reference?q=zzzz')
  await page.getByText('0 names').waitFor()
})

test('a page that does not exist says so', async () => {
  await page.goto('/reference/toString')
  await page.getByText('The reference has no such page.').waitFor()
})

test('is for signed-in users', async () => {
  const { page: visitor } = await openPage(admin.adminUrl)
  await visitor.goto('/reference/rest')
  await visitor.waitForURL('**/sign-in?next=%2Freference%2Frest')
  await visitor.context().close()
})

test('its files are apart from the script of the console', async () => {
  const { page: cold } = await openPage(admin.adminUrl, {
    storageState: await page.context().storageState(),
  })
  const asked: string[] = []
  cold.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await cold.goto('/')
  await cold.getByRole('heading', { level: 1 }).waitFor()
  expect(asked.filter((path) => path.includes('reference'))).toEqual([])
  await cold.goto('/reference/keys')
  await cold.getByRole('heading', { name: 'Query.signingKeys', exact: true }).waitFor()
  expect(asked.filter((path) => path.includes('reference-'))).toHaveLength(1)
  await cold.context().close()
})
