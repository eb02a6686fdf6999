/** Checks a page with axe in each theme, and its width on a phone. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { tooWide } from './too-wide.ts'

const desktop = { width: 1280, height: 800 }
const phone = { width: 390, height: 844 }
/** The dark theme differs from the light theme in colours only. */
const looks = [
  { name: 'light', colorScheme: 'light', viewport: desktop, rules: undefined },
  { name: 'dark', colorScheme: 'dark', viewport: desktop, rules: ['color-contrast'] },
  { name: 'dark on a phone', colorScheme: 'dark', viewport: phone, rules: ['color-contrast'] },
  { name: 'light on a phone', colorScheme: 'light', viewport: phone, rules: undefined },
] as const

/** Violations in a part of the current page, in every theme: the rule and the elements. */
export async function violations(page: Page, part = 'html'): Promise<string[]> {
  const found: string[] = []
  for (const { name, colorScheme, viewport, rules } of looks) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize(viewport)
    await settle(page)
    // Legacy mode opens no second page for frames of other origins, which the console does not have.
    // To describe each element that passes takes longer than the checks.
    const options = { resultTypes: ['violations' as const] }
    const axe = new AxeBuilder({ page }).options(options).include(part).setLegacyMode()
    const result = await (rules ? axe.withRules([...rules]) : axe).analyze()
    for (const { id, nodes } of result.violations) {
      found.push(`${page.url()} (${name}): ${id}: ${nodes.map(({ html }) => html).join(' ')}`)
    }
    for (const element of await tooWide(page)) found.push(`${page.url()} (${name}): too wide: ${element}`)
  }
  await page.setViewportSize(desktop)
  return found
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
