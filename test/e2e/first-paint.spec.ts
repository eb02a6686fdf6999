/** Tests a cold start: what is painted before the script, in the chosen colours, and how many requests it takes. */
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { looks, violations, violationsNow } from '#test/helpers/axe.ts'
import { openPage } from '#test/helpers/browser.ts'
import { openSignedIn, startSession } from './signed-in-console.ts'

const admin = adminInFile()

test.each(['light', 'dark'] as const)('paints the %s page before the script has loaded', async (chosen) => {
  // The system's theme is the other one.
  const colorScheme = chosen === 'dark' ? 'light' : 'dark'
  const { page } = await openPage(admin.adminUrl, { colorScheme })
  await page.addInitScript((theme) => localStorage.setItem('theme', theme), chosen)
  await page.route('**/_app/**/*.js', (route) => route.abort())
  await page.goto('/')
  await page.getByText('Loading…').waitFor()
  expect(await page.title()).toBe('Inmor')
  const lightness = await page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d')
    if (!canvas) return Number.NaN
    canvas.fillStyle = getComputedStyle(document.documentElement).backgroundColor
    canvas.fillRect(0, 0, 1, 1)
    return canvas.getImageData(0, 0, 1, 1).data[0]
  })
  if (chosen === 'dark') expect(lightness).toBeLessThan(60)
  else expect(lightness).toBeGreaterThan(200)
  await page.context().close()
})

/** The place of the name, in the frame or in the console. */
const placeOfName = (page: Page) =>
  page.getByText('Inmor', { exact: true }).locator('visible=true').first().boundingBox()

test.each([
  ['wide', 1280],
  ['narrow', 480],
] as const)('shows the name where the console has it, in a %s window', async (_name, width) => {
  const { page } = await openSignedIn(admin, '/')
  await page.setViewportSize({ width, height: 800 })
  await page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor()
  const inConsole = await placeOfName(page)
  await page.route('**/_app/**/*.js', (route) => route.abort())
  await page.goto('/')
  await page.getByText('Loading…').waitFor()
  await page.evaluate(() => document.fonts.ready)
  expect(await placeOfName(page)).toEqual(inConsole)
  await page.context().close()
})

test('says what it needs where scripts are off', async () => {
  const { page, complaints } = await openPage(admin.adminUrl, { javaScriptEnabled: false })
  await page.goto('/')
  await page.locator('noscript').waitFor() // text locators pass over it
  expect(await page.getByText('Loading…').isVisible()).toBe(false)
  expect(complaints).toEqual([])
  await page.context().close()
})

test('disappears when the console is there', async () => {
  const { page, complaints } = await openPage(admin.adminUrl)
  await page.goto('/sign-in')
  await page.getByLabel('Username').waitFor()
  expect(await page.getByText('Loading…').isVisible()).toBe(false)
  await page.getByRole('progressbar').waitFor({ state: 'detached' })
  expect(await violations(page)).toEqual([])
  expect(complaints).toEqual([])
  await page.context().close()
})

test('a page that takes long shows a bar, which violates nothing', async () => {
  const { page, complaints } = await openSignedIn(admin, '/')
  await page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor()
  // The answers of the next page are held until the bar was judged.
  const { promise: judged, resolve: release } = Promise.withResolvers<void>()
  onTestFinished(() => release())
  await page.route('**/graphql', async (route) => {
    await judged
    await route.continue()
  })
  await page.getByRole('navigation').getByRole('link', { name: 'Administration' }).click()
  const bar = page.getByRole('progressbar', { name: 'Loading the page' })
  await bar.waitFor()
  for (const look of looks) expect(await violationsNow(page, look)).toEqual([])
  await bar.waitFor()
  release()
  await page.getByRole('heading', { level: 1, name: 'Anchors' }).waitFor()
  await bar.waitFor({ state: 'detached' })
  expect(complaints).toEqual([])
  await page.context().close()
})

test('starts cold with at most 15 requests, also on a page that does not exist', async () => {
  const { context } = await startSession(admin)
  const storageState = await context.storageState()
  for (const path of ['/', '/explorer', '/no-such-page']) {
    const cold = await openPage(admin.adminUrl, { storageState })
    const asked: string[] = []
    cold.page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await cold.page.goto(path)
    await cold.page.getByRole('heading', { level: 1 }).waitFor()
    await cold.page.waitForLoadState('load')
    expect(asked.length, asked.join('\n')).toBeLessThanOrEqual(15)
    await cold.page.context().close()
  }
})
