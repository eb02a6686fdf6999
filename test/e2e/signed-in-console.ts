/** Opens the console for a user who has signed in: without the form, which only the tests of the sign-in need. */
import type { BrowserContext, Page } from 'playwright-core'
import { PASSWORD } from '#test/helpers/admin.ts'
import { openContext, openPageIn, type Watched } from '#test/helpers/browser.ts'
import { inEach, inFile, standIn } from '#test/helpers/in-file.ts'
import { type Visitor, visit } from '#test/helpers/visitor.ts'

type Place = { adminUrl: string }

/** Of a new page. */
const VIEWPORT = { width: 1280, height: 720 }

export type Session = {
  context: BrowserContext
  /** A page, at the path or blank. Pages share cookies and cache; each holds connections until it is closed. */
  open(path?: string): Promise<Watched>
  close(): Promise<void>
}

/** A signed-in user in a browser context of their own. */
export async function startSession(place: Place, username = 'admin', password = PASSWORD): Promise<Session> {
  const visitor = visit(place.adminUrl)
  const { status, body } = await visitor.signIn(username, password)
  if (status !== 200) throw new Error(`${username} cannot sign in: ${JSON.stringify(body)}`)
  return continueSession(place, visitor)
}

/** The same for the test file. */
export const sessionInFile = (...user: Parameters<typeof startSession>): Session =>
  inFile(() => startSession(...user))

/** The same user in the browser. */
export async function continueSession({ adminUrl }: Place, { cookies }: Visitor): Promise<Session> {
  const context = await openContext(adminUrl)
  const place = { url: adminUrl, httpOnly: true, sameSite: 'Lax' as const }
  await context.addCookies([...cookies].map(([name, value]) => ({ name, value, ...place })))
  /** Pages that were closed, to open again: this costs half as much as a new one. */
  const idle: Watched[] = []
  const close = async (watched: Watched) => {
    if (await isReset(watched)) idle.push(watched)
    else await watched.page.close()
  }
  return {
    context,
    async open(path) {
      const opened = idle.pop() ?? (await openPageIn(context, adminUrl))
      const watched = { ...opened, close: () => close(opened) }
      if (path) {
        await watched.page.goto(path)
        await watched.page.waitForURL(path)
        // The script draws the page after it has loaded; keys that are pressed before have no effect.
        await watched.page.getByRole('heading', { level: 1 }).first().waitFor()
      }
      return watched
    },
    close: () => context.close(),
  }
}

/** Leaves nothing of a test in its page: no document, input, handler or look. False if the page or the server is gone. */
async function isReset({ page, complaints }: Watched): Promise<boolean> {
  try {
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    // Another document of the same origin stays in the same process.
    await page.goto('/favicon.svg')
    await page.evaluate(() => sessionStorage.clear())
    await page.emulateMedia({ colorScheme: null })
    await page.setViewportSize(VIEWPORT)
    complaints.length = 0
    return true
  } catch {
    return false
  }
}

/** `const { page, complaints } = pageInFile(() => openSignedIn(admin, '/'))`: a page that all tests of the file use. */
export const pageInFile = (open: () => Promise<Watched>) => partsOf(inFile(open))

/** Another page for each test. */
export const pageInEach = (open: () => Promise<Watched>) => partsOf(inEach(open))

function partsOf(watched: Watched) {
  const page = standIn(() => watched.page)
  const main = () => page.getByRole('main')
  return {
    page,
    complaints: standIn(() => watched.complaints, []),
    main,
    panel: (name: string) => main().getByRole('region', { name, exact: true }),
    title: (name: string) => page.getByRole('heading', { level: 1, name, exact: true }),
    dialog: () => page.getByRole('dialog'),
    question: () => page.getByRole('alertdialog'),
    /** As the browser does when the user returns to the window. */
    returnToWindow: () => page.evaluate(() => window.dispatchEvent(new Event('focus'))),
  }
}

/** Opens a path of the console, and waits until changes by others arrive: those of before are not shown. */
export async function openLive(page: Page, path: string): Promise<void> {
  const events = page.waitForResponse((response) =>
    (response.headers()['content-type'] ?? '').startsWith('text/event-stream'),
  )
  await page.goto(path)
  await events
}

export async function openSignedIn(
  place: Place,
  path: string,
  username = 'admin',
  password = PASSWORD,
): Promise<Watched> {
  return (await startSession(place, username, password)).open(path)
}

/**
 * Opens an empty page. When the second anchor appears, a page of the console opens an address with an anchor, which
 * would abort a `goto` of the test.
 */
export async function leaveConsole(page: Page): Promise<void> {
  await page.goto('about:blank')
}
