/** What axe finds wrong with a page, in each look that it has, and what does not fit a phone. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { tooWide } from './too-wide.ts'

const desktop = { width: 1280, height: 800 }
/** The dark theme differs from the light one in its colours and in nothing else. */
const looks = [
  { name: 'light', colorScheme: 'light', viewport: desktop, rules: undefined },
  { name: 'dark', colorScheme: 'dark', viewport: desktop, rules: ['color-contrast'] },
  {
    name: 'light on a phone',
    colorScheme: 'light',
    viewport: { width: 390, height: 844 },
    rules: undefined,
  },
] as const

/** What is wrong with a part of the page as it is now, in every look: the rule and the elements. */
export async function violations(page: Page, part = 'html'): Promise<string[]> {
  const found: string[] = []
  for (const { name, colorScheme, viewport, rules } of looks) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize(viewport)
    await settle(page)
    const axe = new AxeBuilder({ page }).include(part)
    const result = await (rules ? axe.withRules([...rules]) : axe).analyze()
    for (const { id, nodes } of result.violations) {
      found.push(`${page.url()} (${name}): ${id}: ${nodes.map(({ html }) => html).join(' ')}`)
    }
    for (const element of await tooWide(page)) found.push(`${page.url()} (${name}): too wide: ${element}`)
  }
  await page.setViewportSize(desktop)
  return found
}

/** Colours that fade over are measured when they have arrived: when a frame has passed and nothing moves. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let moving: Animation[] | undefined; moving?.length !== 0; ) {
      await new Promise(requestAnimationFrame)
      await new Promise(requestAnimationFrame)
      moving = document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
      await Promise.allSettled(moving.map(({ finished }) => finished))
    }
  })
}
