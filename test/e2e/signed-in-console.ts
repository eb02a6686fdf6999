/** Opens the console in a browser, and signs in. */
import type { Browser } from 'playwright-core'
import { openPage, signIn, startBrowser, type Watched } from '#test/helpers/browser.ts'

/** Signs in at the path, and is there afterwards. A product that has started before prints no password. */
export async function openConsole(
  adminUrl: string,
  password: string | null,
  path = '/',
  username = 'admin',
): Promise<{ browser: Browser; watched: Watched }> {
  const browser = await startBrowser()
  return { browser, watched: await openSignedIn(browser, adminUrl, password, path, username) }
}

/** The same in a new context of an open browser. */
export async function openSignedIn(
  browser: Browser,
  adminUrl: string,
  password: string | null,
  path: string,
  username = 'admin',
): Promise<Watched> {
  const watched = await openPage(browser, adminUrl)
  await watched.page.goto(path)
  await signIn(watched.page, username, password ?? '')
  await watched.page.waitForURL(path)
  return watched
}
