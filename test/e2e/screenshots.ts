/** Takes the pictures in docs/screenshots from the demonstration federation: `npm run screenshots`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { closeBrowser, openPage, signIn } from '#test/helpers/browser.ts'
import { type Look, type Place, places } from './screenshot-places.ts'
import { beginnersPlaces, inviteBeginner, joinPortal, portalPlaces } from './screenshot-portal.ts'

const output = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url))
const script = fileURLToPath(new URL('../../server/demo/demo.ts', import.meta.url))
const CONSOLE = 'http://localhost:8000'

const looks: Readonly<Record<Look, { colorScheme: 'light' | 'dark'; width: number; height: number }>> = {
  light: { colorScheme: 'light', width: 1280, height: 800 },
  dark: { colorScheme: 'dark', width: 1280, height: 800 },
  phone: { colorScheme: 'light', width: 390, height: 844 },
}

async function take(page: Page, name: string, look: Look): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await page.locator('.animate-spin').first().waitFor({ state: 'hidden' })
  const file = look === 'light' ? `${name}.png` : `${name}-${look}.png`
  await page.screenshot({ path: join(output, file) })
  console.log(file)
}

async function takeAll(page: Page, all: Readonly<Record<string, Place>>): Promise<void> {
  for (const [name, { looks: wanted = ['light'] as const, reach }] of Object.entries(all)) {
    for (const look of wanted) {
      const { colorScheme, ...size } = looks[look]
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize(size)
      await reach(page)
      await take(page, name, look)
    }
  }
}

/** What the members publish after they have received their marks, and a collection that has it. */
async function renewAndWalk(page: Page): Promise<void> {
  await page.goto('/activity')
  await page.getByRole('button', { name: 'Renew subordinates' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Start' }).click()
  await page.getByText('Succeeded', { exact: true }).filter({ visible: true }).first().waitFor()
  await page.goto('/explorer/collection')
  await page.getByRole('button', { name: 'Crawl now' }).click()
  await page.getByRole('cell', { name: '1 mark' }).first().waitFor()
}

const data = await mkdtemp(join(tmpdir(), 'inmor-demo-'))
const demo = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
  env: { ...process.env, DATA_DIR: data },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const ended = once(demo, 'exit')

/** The output up to the hint that the start is complete. */
async function printed(): Promise<string> {
  let said = ''
  for await (const chunk of demo.stdout) {
    said += chunk
    if (/invitation#\S+\s/.test(said)) break
  }
  return said
}

try {
  const said = await printed()
  const password = /Password\s+(\S+)/.exec(said)?.[1] ?? ''
  for (const file of await readdir(output)) await rm(join(output, file))
  const { page } = await openPage(CONSOLE)
  await page.goto('/')
  await page.getByLabel('Username').waitFor()
  await take(page, 'sign-in', 'light')
  await signIn(page, 'admin', password)
  await page.getByRole('heading', { name: 'Dashboard' }).waitFor()
  await page.getByRole('button', { name: 'Later' }).click() // the question for a new password
  await renewAndWalk(page)
  const { page: portal } = await openPage(CONSOLE)
  await joinPortal(portal, /http\S+\/invitation#\S+/.exec(said)?.[0] ?? '')
  await takeAll(portal, portalPlaces)
  const { page: beginner } = await openPage(CONSOLE)
  await joinPortal(beginner, await inviteBeginner(page))
  await takeAll(beginner, beginnersPlaces)
  await takeAll(page, places)
  await closeBrowser()
} finally {
  demo.kill('SIGTERM')
  demo.stdout.resume()
  await ended
  await rm(data, { recursive: true })
}
