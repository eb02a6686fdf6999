/**
 * Tests every page of the console in light, dark and phone layout: no axe violations, no overflow, no errors, no other origins.
 */

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from '#test/helpers/axe.ts'
import { openPage, signIn, startBrowser, type Watched } from '#test/helpers/browser.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { connectAdmin, type Product, startProduct } from '#test/helpers/product.ts'
import { mutate } from '#test/product/mutation.ts'
import { states } from './page-state.ts'

/** The walk visits every page three times, and there are many. */
const WALK_TIMEOUT = 600_000

/** Without a line break opportunity, like names that users can choose. */
const long = 'association_of_the_libraries_archives_and_museums_of_the_north'

let product: Product
let browser: Browser
let registered: TestEntity
let candidate: TestEntity
let watched: Watched

beforeAll(async () => {
  product = await startProduct()
  const { installation } = product
  const authorityHints = [installation.federationUrl]
  registered = await startEntity({ authorityHints, metadata: relyingParty })
  candidate = await startEntity({ authorityHints, metadata: relyingParty })
  const admin = await connectAdmin(installation)
  const trustMarkType = `${installation.federationUrl}/trust-marks/${long}`
  await mutate(admin, 'createTrustMarkType', { type: trustMarkType, description: 'Has signed.' }, 'id')
  await mutate(admin, 'registerSubordinate', { entityId: registered.id }, 'id')
  await mutate(admin, 'createUser', { username: long, password: 'seen by nobody', role: 'VIEWER' }, 'id')
  await mutate(admin, 'issueTrustMark', { entityId: registered.id, trustMarkType }, 'id')
  const again = `mutation { registerSubordinate(input: { entityId: "${registered.id}" }) { __typename } }`
  expect(await admin(again)).toEqual({ registerSubordinate: { __typename: 'ConflictError' } })
  browser = await startBrowser()
  watched = await openPage(browser, installation.adminUrl)
  await enter()
})
afterAll(async () => {
  await browser.close()
  await Promise.all([registered.close(), candidate.close()])
  await product.stop()
})

/** Also anew, because a walk on a busy machine takes longer than the ten minutes in which keys may be changed. */
async function enter(): Promise<void> {
  const { page } = watched
  await page.goto('about:blank')
  await page.context().clearCookies()
  await page.goto('/')
  await signIn(page, 'admin', product.password ?? '')
  await page.waitForURL('/')
}

/** A page is ready when its heading is there and nothing is loading. */
async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.locator('.animate-spin').first().waitFor({ state: 'hidden' })
}

/** Paths of console pages that the current page links to. */
async function links(page: Page): Promise<string[]> {
  const hrefs = await page
    .locator('a[href]')
    .evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href))
  const urls = hrefs.map((href) => new URL(href))
  return urls.filter(({ origin }) => origin === product.installation.adminUrl).map(({ pathname }) => pathname)
}

test('the sign-in page', async () => {
  const { page, complaints } = await openPage(browser, product.installation.adminUrl)
  await visit(page, '/')
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  expect(await violations(page)).toEqual([])
  expect(complaints).toEqual([])
})

test('blocks inline scripts and scripts of other origins', async () => {
  const { page } = await openPage(browser, product.installation.adminUrl)
  await visit(page, '/')
  const policy = await page.locator('meta[http-equiv=content-security-policy]').getAttribute('content')
  const scripts = policy?.split(';').find((directive) => directive.trim().startsWith('script-src'))
  expect(scripts).toMatch(/^ *script-src 'self'( 'sha256-[^']+')*$/)
  await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'document.title = "written in"'
    document.head.append(script)
  })
  expect(await page.title()).not.toBe('written in')
})

test('has no violations on any linked page', { timeout: WALK_TIMEOUT }, async () => {
  const { page, complaints } = watched
  const paths = new Set(['/'])
  const found: string[] = []
  for (const path of paths) {
    await visit(page, path)
    for (const link of await links(page)) paths.add(link)
    found.push(...(await violations(page)))
  }
  expect(found).toEqual([])
  expect(complaints).toEqual([])
  // As many as there are screens; the walk must not end early.
  expect(paths.size).toBeGreaterThanOrEqual(10)
  expect([...paths]).toEqual(
    expect.arrayContaining(['/subordinates', '/subordinates/new', '/trust-mark-types/new']),
  )
})

describe('a page in the state', () => {
  beforeAll(enter)

  test.each(states)('$what', async ({ path, reach, part }) => {
    const { page, complaints } = watched
    await visit(page, path({ registered: registered.id, candidate: candidate.id }))
    await reach(page)
    expect(await violations(page, part)).toEqual([])
    expect(complaints).toEqual([])
  })
})
