/** Takes the pictures in docs/screenshots from the demonstration federation: `npm run screenshots`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright-core'

const output = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url))
const script = fileURLToPath(new URL('../../server/demo/demo.ts', import.meta.url))
const CONSOLE = 'http://localhost:8000'
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
]

/** What is shown, and how to get there. */
const pictures: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  dashboard: (page) => page.goto(CONSOLE),
  subordinates: (page) => page.goto(`${CONSOLE}/subordinates`),
  register: async (page) => {
    await page.goto(`${CONSOLE}/subordinates/new`)
    await page.getByLabel('Entity identifier').fill('http://localhost:9108')
    await page.getByRole('button', { name: 'Inspect' }).click()
    await page.getByText('names this Trust Anchor').waitFor()
  },
  subordinate: async (page) => {
    await page.goto(`${CONSOLE}/subordinates`)
    await page.getByRole('link', { name: 'Library portal' }).click()
    await page.getByRole('heading', { name: 'Library portal' }).waitFor()
  },
}

const data = await mkdtemp(join(tmpdir(), 'inmor-demo-'))
const demo = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
  env: { ...process.env, DATA_DIR: data },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const ended = once(demo, 'exit')
try {
  let said = ''
  for await (const chunk of demo.stdout) {
    said += chunk
    if (said.includes('To try:')) break
  }
  const password = /Password\s+(\S+)/.exec(said)?.[1] ?? ''
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags })
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(CONSOLE)
  await page.getByLabel('Username').fill('admin')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Dashboard' }).waitFor()
  for (const [name, show] of Object.entries(pictures)) {
    await show(page)
    await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => undefined) // the live connection stays open
    await page.screenshot({ path: join(output, `${name}.png`) })
    console.log(`${name}.png`)
  }
  await browser.close()
} finally {
  demo.kill('SIGTERM')
  demo.stdout.resume()
  await ended
  await rm(data, { recursive: true })
}
