/** Checks a page with axe in each theme, and its width on a phone. */
import axe, { type RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'
import { tooWide } from './too-wide.ts'

const desktop = { width: 1280, height: 800 }
const phone = { width: 390, height: 844 }
/** The dark theme differs from the light theme in colours only. */
const looks = [
  { name: 'light', colorScheme: 'light', viewport: desktop, rules: null },
  { name: 'dark', colorScheme: 'dark', viewport: desktop, rules: ['color-contrast'] },
  { name: 'dark on a phone', colorScheme: 'dark', viewport: phone, rules: ['color-contrast'] },
  { name: 'light on a phone', colorScheme: 'light', viewport: phone, rules: null },
] as const

/** Violations in a part of the current page, in every theme: the rule and the elements. */
export async function violations(page: Page, part = 'html'): Promise<string[]> {
  const found: string[] = []
  for (const { name, colorScheme, viewport, rules } of looks) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize(viewport)
    await settle(page)
    for (const violation of await check(page, part, rules))
      found.push(`${page.url()} (${name}): ${violation}`)
    for (const element of await tooWide(page)) found.push(`${page.url()} (${name}): too wide: ${element}`)
  }
  await page.setViewportSize(desktop)
  return found
}

/** Checks with some rules, or all. A page keeps axe until it is loaded again: to read it takes as long as a check. */
async function check(page: Page, part: string, rules: readonly string[] | null): Promise<string[]> {
  const isRead = await page.evaluate(() => 'axe' in window)
  if (!isRead) await page.evaluate(axe.source)
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
