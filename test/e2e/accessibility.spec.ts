/**
 * Tests every linked page of the console in light, dark and phone layout: no axe violations, no overflow, no errors, no
 * other origins.
 */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { violationsInEveryLook } from '#test/helpers/axe.ts'
import { openPage } from '#test/helpers/browser.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { openPopulatedConsole, visit } from './populated-console.ts'

/** The walk visits every page three times, and there are many. */
const WALK_TIMEOUT = 600_000

const opened = inFile(openPopulatedConsole)

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

test('the sign-in page', async () => {
  const { page, complaints } = await openPage(opened.admin.adminUrl)
  await visit(page, '/')
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  expect(await violationsInEveryLook(page)).toEqual([])
  expect(complaints).toEqual([])
})

test('blocks inline scripts and scripts of other origins', async () => {
  const { page } = await openPage(opened.admin.adminUrl)
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
  const { page, complaints } = await opened.session.open()
  const paths = new Set(['/'])
  const found: string[] = []
  for (const path of paths) {
    await visit(page, path)
    for (const link of await links(page)) paths.add(link)
    found.push(...(await violationsInEveryLook(page)))
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
