/**
 * Tests every linked page of the console, and states that no link leads to: no axe violations, no overflow on a phone, no
 * errors, no other origins. One page of each layout is judged in light and dark, on a desktop and a phone.
 */
import type { Page } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { violationsInBothSizes, violationsInEveryLook } from '#test/helpers/axe.ts'
import { openPage } from '#test/helpers/browser.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { states } from './page-state.ts'
import { openPopulatedConsole, visit } from './populated-console.ts'
import { pageInFile } from './signed-in-console.ts'

/** The walk visits every page, and there are many. */
const WALK_TIMEOUT = 600_000

/** One of each layout: figures, a list, a form, an editor beside its findings, panels. */
const layouts = ['/', '/subordinates', '/settings/edit', '/settings/policy', '/settings/keys']

const opened = inFile(openPopulatedConsole)
const { page, complaints } = pageInFile(() => opened.session.open('/'))
/** Each state begins with a load of its page, which a failure of the one before does not outlast. */
beforeEach(async () => {
  complaints.length = 0
  await page.setViewportSize({ width: 1280, height: 800 })
})

/** Paths of console pages that the current page links to. */
async function links(page: Page): Promise<string[]> {
  const hrefs = await page
    .locator('a[href]')
    .evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href))
  const urls = hrefs.map((href) => new URL(href))
  return urls
    .filter(({ origin }) => origin === opened.admin.adminUrl)
    .map(({ pathname }) => pathname)
    .filter((path) => !path.startsWith('/api/'))
}

test('the sign-in page blocks inline scripts and scripts of other origins', async () => {
  const { page, complaints } = await openPage(opened.admin.adminUrl)
  await visit(page, '/')
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  expect(await violationsInEveryLook(page)).toEqual([])
  expect(complaints).toEqual([])
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
  const paths = new Set(['/'])
  const found: string[] = []
  for (const path of paths) {
    await visit(page, path)
    for (const link of await links(page)) paths.add(link)
    const judge = layouts.includes(path) ? violationsInEveryLook : violationsInBothSizes
    found.push(...(await judge(page)))
  }
  expect(found).toEqual([])
  expect(complaints).toEqual([])
  // As many as there are screens; the walk must not end early.
  expect(paths.size).toBeGreaterThanOrEqual(10)
  expect([...paths]).toEqual(
    expect.arrayContaining([
      '/subordinates',
      '/subordinates/new',
      '/organizations/new',
      '/trust-marks/types/new',
    ]),
  )
})

test.each(states)('$what', async ({ path, reach, part, everyLook }) => {
  const { registered, candidate } = opened
  await visit(page, path({ registered: registered.id, candidate: candidate.id }))
  await reach(page)
  const judge = everyLook ? violationsInEveryLook : violationsInBothSizes
  expect(await judge(page, part)).toEqual([])
  expect(complaints).toEqual([])
})
