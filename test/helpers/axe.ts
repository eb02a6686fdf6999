/** Checks a page with axe, in the light theme or in each look, and whether a window cuts anything off. */
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'
import { tooWide } from './too-wide.ts'

/** The minified axe: a page reads it in two thirds of the time. */
const source = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

const desktop = { width: 1280, height: 800 }
const phone = { width: 390, height: 844 }
const light = { name: 'light', colorScheme: 'light', viewport: desktop, rules: null } as const
/** The dark theme differs from the light theme in colours only. */
export const looks = [
  light,
  { name: 'dark', colorScheme: 'dark', viewport: desktop, rules: ['color-contrast'] },
  { name: 'dark on a phone', colorScheme: 'dark', viewport: phone, rules: ['color-contrast'] },
  { name: 'light on a phone', colorScheme: 'light', viewport: phone, rules: null },
] as const
/** Only whether a window cuts anything off. */
const narrow = { name: 'on a phone', colorScheme: 'light', viewport: phone, rules: [] } as const
type Look = (typeof looks)[number] | typeof narrow

/** Violations in a part of the current page at rest, in the light theme: the rule and the elements. */
export function violations(page: Page, part?: string): Promise<string[]> {
  return violationsIn(page, [light], part)
}

/** The same, and what a phone cuts off. */
export function violationsInBothSizes(page: Page, part?: string): Promise<string[]> {
  return violationsIn(page, [light, narrow], part)
}

/** The same in light and dark, on a desktop and a phone. */
export function violationsInEveryLook(page: Page, part?: string): Promise<string[]> {
  return violationsIn(page, looks, part)
}

async function violationsIn(page: Page, looks: readonly Look[], part = 'html'): Promise<string[]> {
  const found: string[] = []
  for (const look of looks) {
    await show(page, look)
    await rest(page, part)
    found.push(...(await judge(page, part, look)))
  }
  await page.setViewportSize(desktop)
  return found
}

/** Violations in a look while the page loads. */
export async function violationsNow(page: Page, look: Look): Promise<string[]> {
  await show(page, look)
  return judge(page, 'html', look)
}

async function show(page: Page, { colorScheme, viewport }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme })
  await page.setViewportSize(viewport)
}

async function judge(page: Page, part: string, look: Look): Promise<string[]> {
  await settle(page)
  const found = await check(page, part, look.rules)
  const wide = await lastingTooWide(page)
  return [...found, ...wide.map((element) => `too wide: ${element}`)].map(
    (finding) => `${page.url()} (${look.name}): ${finding}`,
  )
}

/** Milliseconds for a menu to follow a window that has changed its size. */
const FOLLOW_MS = 3_000

/** What stays too wide. */
async function lastingTooWide(page: Page): Promise<string[]> {
  for (const end = performance.now() + FOLLOW_MS; ; ) {
    const wide = await tooWide(page)
    if (wide.length === 0 || performance.now() > end) return wide
    await setTimeout(20)
  }
}

/** Waits until no page loads, and nothing in the part. Behind a question, a button may wait for the answer. */
async function rest(page: Page, part: string): Promise<void> {
  await page.waitForFunction(
    (part) =>
      !document.querySelector('[data-loading]') &&
      ![...document.querySelectorAll('.animate-spin, [aria-busy=true]')].some((busy) => busy.closest(part)),
    part,
    { polling: 20 },
  )
}

/** Checks with some rules, or all. A page keeps axe until it is loaded again: to read it takes as long as a check. */
async function check(page: Page, part: string, rules: readonly string[] | null): Promise<string[]> {
  if (rules?.length === 0) return []
  const isRead = await page.evaluate(() => 'axe' in window)
  if (!isRead) await page.evaluate(source)
  // To describe each element that passes takes longer than the checks.
  const options: RunOptions = { resultTypes: ['violations'], ...(rules && { runOnly: [...rules] }) }
  return page.evaluate(
    async ({ part, options }) => {
      const { axe } = window as unknown as { axe: typeof import('axe-core') }
      const { violations } = await axe.run(part, options)
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
    },
    { part, options },
  )
}

/**
 * Ends colour transitions and other animations that have an end, and those that begin with it. It waits for no frame,
 * because a browser without a screen may draw none. Those that have ended but hold their last state stay in the list.
 */
async function settle(page: Page): Promise<void> {
  const moving = await page.evaluate(() => {
    const findMoving = () =>
      document.getAnimations().filter(({ playState, effect }) => {
        const { endTime = 0 } = effect?.getComputedTiming() ?? {}
        return playState !== 'finished' && endTime !== Infinity
      })
    for (let round = 0; round < 20; round += 1) for (const animation of findMoving()) animation.finish()
    return findMoving().length
  })
  if (moving > 0) throw new Error(`${page.url()}: ${moving} animations begin again and again`)
}
