/** Opens pages in headless Chromium, and records their errors and foreign requests. A worker has one browser for all files. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import { noteVisit } from '#test/recording/visited.ts'
import { PATIENCE_MS } from './patience.ts'

/**
 * No background requests, and no sandbox, because root cannot use it. The pages of a context share a process, which has
 * compiled the console's script: otherwise each page compiles it again, and costs half as much more.
 */
const switches = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--process-per-site',
]

/** The shell draws the same without a window, in less time. */
function findChromium(): string {
  const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
  const folders = (process.env.PATH ?? '').split(delimiter)
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync)
  if (!found) throw new Error('Chromium is not installed; test/bootstrap.mjs says how to get it.')
  return found
}

let started: Promise<Browser> | undefined

/** The browser of this worker. It ends with the process at the latest, and is started again after a crash. */
function startBrowser(): Promise<Browser> {
  const forget = () => {
    started = undefined
  }
  if (!started) {
    started = chromium.launch({ executablePath: findChromium(), args: switches })
    started.then((browser) => browser.once('disconnected', forget), forget)
  }
  return started
}

/** Ends what a test file has opened. */
export async function closePages(): Promise<void> {
  const contexts = (await started)?.contexts() ?? []
  await Promise.all(contexts.map((context) => context.close()))
}

export async function closeBrowser(): Promise<void> {
  await (await started)?.close()
}

export type Watched = {
  page: Page
  /** Errors of the console, uncaught exceptions, and requests to another origin. */
  complaints: string[]
  close(): Promise<void>
}

/** A page of a fresh browser context; paths are below `origin`. */
export async function openPage(origin: string, options: BrowserContextOptions = {}): Promise<Watched> {
  return openPageIn(await openContext(origin, options), origin)
}

/** Cookies, storage and cache of one user. */
export async function openContext(
  origin: string,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const browser = await startBrowser()
  const context = await browser.newContext({ baseURL: origin, reducedMotion: 'reduce', ...options })
  context.setDefaultTimeout(PATIENCE_MS)
  return context
}

export async function openPageIn(context: BrowserContext, origin: string): Promise<Watched> {
  const page = await context.newPage()
  page.on('framenavigated', (frame) => noteVisit(frame.url()))
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.stack ?? error.message}`))
  page.on('request', (request) => {
    const url = new URL(request.url())
    const isForeign = /^(https?|wss?):$/.test(url.protocol) && url.origin !== origin
    if (isForeign) complaints.push(`${page.url()}: asks ${url.href}`)
  })
  return { page, complaints, close: () => page.close() }
}

export async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}
