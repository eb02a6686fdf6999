/** Finds content that a narrow window hides: outside the window, or cut off in a box without scrolling. */
import type { Page } from 'playwright-core'

/** The start of each hidden element; none if vertical scrolling shows everything. */
export function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.scrollingElement ?? document.documentElement
    /** A graph can be moved, and a box of one pixel is for screen readers. */
    const isElsewhere = (element: Element) =>
      element.closest('.svelte-flow, .sr-only') !== null || element.clientWidth <= 1
    /** An intended cut ends in an ellipsis; the caret scrolls a field. */
    const isCut = (element: Element) => {
      if (element.scrollWidth <= element.clientWidth + 1 || element.matches('input, select, textarea'))
        return false
      const { overflowX, textOverflow } = getComputedStyle(element)
      return (overflowX === 'hidden' || overflowX === 'clip') && textOverflow !== 'ellipsis'
    }
    const isBeside = (element: Element) => element.getBoundingClientRect().right > root.clientWidth + 1
    const isWide = root.scrollWidth > root.clientWidth
    const found = [...document.body.querySelectorAll('*')].filter(
      (element) => !isElsewhere(element) && (isCut(element) || (isWide && isBeside(element))),
    )
    const names = found.map((element) => element.outerHTML.slice(0, 160))
    return isWide && names.length === 0 ? ['the page, by something that has no box'] : names
  })
}
