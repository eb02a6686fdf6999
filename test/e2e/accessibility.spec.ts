/** Every page of the console, in light, in dark and on a phone: no axe violations, no errors, nobody else asked or let in. */

import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPage, signIn, startBrowser, type Watched } from '#test/helpers/browser.ts'
import { startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { relyingParty } from '#test/helpers/federation.ts'
import { connectAdmin, type Product, startProduct } from '#test/helpers/product.ts'
import { mutate } from '#test/product/mutation.ts'

const desktop = { width: 1280, height: 800 }
/** The dark theme differs from the light one in its colours and in nothing else. */
const looks = [
  { name: 'light', colorScheme: 'light', viewport: desktop, rules: undefined },
  { name: 'dark', colorScheme: 'dark', viewport: desktop, rules: ['color-contrast'] },
  {
    name: 'light on a phone',
    colorScheme: 'light',
    viewport: { width: 390, height: 844 },
    rules: undefined,
  },
] as const
/** The walk visits every page three times, and there are many. */
const WALK_TIMEOUT = 600_000

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
  const trustMarkType = `${installation.federationUrl}/trust-marks/member`
  await mutate(admin, 'createTrustMarkType', { type: trustMarkType, description: 'Has signed.' }, 'id')
  await mutate(admin, 'registerSubordinate', { entityId: registered.id }, 'id')
  await mutate(admin, 'issueTrustMark', { entityId: registered.id, trustMarkType }, 'id')
  const again = `mutation { registerSubordinate(input: { entityId: "${registered.id}" }) { __typename } }`
  expect(await admin(again)).toEqual({ registerSubordinate: { __typename: 'ConflictError' } })
  browser = await startBrowser()
  watched = await openPage(browser, installation.adminUrl)
  await watched.page.goto('/')
  await signIn(watched.page, 'admin', product.password ?? '')
  await watched.page.waitForURL('/')
})
afterAll(async () => {
  await browser.close()
  await Promise.all([registered.close(), candidate.close()])
  await product.stop()
})

/** What is wrong with a part of the page as it is now, in every look: the rule and the elements. */
async function violations(page: Page, part = 'html'): Promise<string[]> {
  const found: string[] = []
  for (const { name, colorScheme, viewport, rules } of looks) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize(viewport)
    await settle(page)
    const axe = new AxeBuilder({ page }).include(part)
    const result = await (rules ? axe.withRules([...rules]) : axe).analyze()
    for (const { id, nodes } of result.violations) {
      found.push(`${page.url()} (${name}): ${id}: ${nodes.map(({ html }) => html).join(' ')}`)
    }
  }
  await page.setViewportSize(desktop)
  return found
}

/** Colours that fade over are measured when they have arrived: when a frame has passed and nothing moves. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let moving: Animation[] | undefined; moving?.length !== 0; ) {
      await new Promise(requestAnimationFrame)
      await new Promise(requestAnimationFrame)
      moving = document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
      await Promise.allSettled(moving.map(({ finished }) => finished))
    }
  })
}

/** A page is there when its heading is, and nothing in it is still being fetched. */
async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.locator('.animate-spin').first().waitFor({ state: 'hidden' })
}

/** Paths of the console's own pages that links on the present page lead to. */
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

test('a script that is written into a page does not run, and none is let in from elsewhere', async () => {
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

test('every page that a link leads to', { timeout: WALK_TIMEOUT }, async () => {
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

type State = {
  what: string
  path: () => string
  reach: (page: Page) => Promise<void>
  /** Where the rest of the page is out of reach. */
  part?: string
}

const states: State[] = [
  {
    what: 'an inspection with its options open',
    path: () => `/subordinates/new?entity=${candidate.id}`,
    async reach(page) {
      await page.getByText('This entity can be registered').waitFor()
      await page.getByText('Options', { exact: true }).click()
      await page.getByLabel('Publish at once').waitFor()
    },
  },
  {
    what: 'a failed inspection',
    path: () => '/subordinates/new?entity=http://127.0.0.1:1',
    reach: (page) => page.getByText('cannot be registered').waitFor(),
  },
  {
    what: 'a search without a match',
    path: () => '/subordinates?q=nobody',
    reach: (page) => page.getByText('No subordinate matches').waitFor(),
  },
  ...['graph', 'list'].map((show) => ({
    what: `the explorer with its ${show}`,
    path: () => `/explorer?entity=${registered.id}&show=${show}`,
    reach: (page: Page) =>
      page
        .getByRole('link', { name: / about / })
        .first()
        .waitFor(),
  })),
  {
    what: 'an entity that does not resolve',
    path: () => `/explorer?entity=${candidate.id}`,
    reach: (page) => page.getByText('No path leads to the Trust Anchor').waitFor(),
  },
  {
    what: 'my account',
    path: () => '/account',
    reach: (page) => page.getByText('Where you are signed in').waitFor(),
  },
  {
    what: 'a short form above the page',
    path: () => '/users',
    async reach(page) {
      await page.getByRole('button', { name: 'Create a user' }).click()
      await page.getByRole('dialog').waitFor()
    },
    part: '[role=dialog]',
  },
  ...['', 'test', 'nothing is called so'].map((typed) => ({
    what: `the palette after ${typed === '' ? 'nothing' : `“${typed}”`} was typed`,
    path: () => '/',
    async reach(page: Page) {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: 'Find a screen' }).fill(typed)
      await page
        .getByText(
          typed === 'test' ? 'Test Relying Party' : typed === '' ? 'Sign out' : 'Nothing is called that',
        )
        .first()
        .waitFor()
    },
    part: '[role=dialog]',
  })),
  {
    what: 'the collection after a walk',
    path: () => '/collection',
    async reach(page) {
      await page.getByRole('button', { name: 'Walk the federation' }).click()
      await page.getByRole('cell', { name: 'Test Relying Party' }).waitFor()
    },
  },
  {
    what: 'an entity of the collection',
    path: () => `/collection/entity?id=${registered.id}`,
    reach: (page) => page.getByText('What it shows to people').waitFor(),
  },
  {
    what: 'a question before a key is announced',
    path: () => '/keys',
    async reach(page) {
      await page.getByRole('button', { name: 'Announce a key' }).click()
      await page.getByRole('dialog').or(page.getByRole('alertdialog')).waitFor()
    },
    part: '[role=dialog], [role=alertdialog]',
  },
  {
    what: 'the menu of a phone',
    path: () => '/',
    async reach(page) {
      await page.setViewportSize({ width: 390, height: 844 })
      await page.getByRole('button', { name: 'Open the menu' }).click()
      await page.getByRole('dialog').getByRole('link', { name: 'Collection' }).waitFor()
    },
    part: '[role=dialog]',
  },
  {
    what: 'a change that failed, in the audit log',
    path: () => '/audit?outcome=FAILED',
    reach: (page) => page.getByText('Tried to register subordinate').waitFor(),
  },
  {
    what: 'a page that does not exist',
    path: () => '/nowhere',
    reach: (page) => page.getByText('Nothing here').waitFor(),
  },
  {
    what: 'a policy with a fault, in its form and its JSON',
    path: () => '/policy',
    async reach(page) {
      await page.getByLabel('Entity Type').fill('openid_provider')
      await page.getByRole('button', { name: 'Add' }).click()
      await page.getByLabel('Parameter of OpenID Provider').fill('scopes_supported')
      await page.getByLabel('Parameter of OpenID Provider').press('Enter')
      for (const operator of ['one_of', 'subset_of']) {
        await page.getByLabel('Add an operator to scopes_supported').selectOption(operator)
      }
      await page.getByText('exclude each other').first().waitFor()
    },
  },
  {
    what: 'chosen subordinates',
    path: () => '/subordinates',
    async reach(page) {
      await page.getByLabel('Select all on this page').check()
      await page.getByText('1 subordinate selected').waitFor()
    },
  },
  {
    what: 'a question before deactivating',
    path: () => '/subordinates',
    async reach(page) {
      await page.getByRole('main').getByRole('link', { name: 'Test Relying Party' }).click()
      await page.getByRole('button', { name: 'Deactivate' }).click()
      await page.getByRole('alertdialog').waitFor()
    },
    part: '[role=alertdialog]',
  },
]

test.each(states)('$what', async ({ path, reach, part }) => {
  const { page, complaints } = watched
  await visit(page, path())
  await reach(page)
  expect(await violations(page, part)).toEqual([])
  expect(complaints).toEqual([])
})
