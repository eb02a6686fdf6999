/** What the width of a window keeps from its reader: beside the window, or cut off within a box that cannot be scrolled. */
import type { Page } from 'playwright-core'

/** The elements at fault, each as it begins; none where everything can be read by scrolling down. */
export function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.scrollingElement ?? document.documentElement
    /** A graph has its own way to be moved, and a box of one pixel is for screen readers. */
    const isElsewhere = (element: Element) =>
      element.closest('.svelte-flow, .sr-only') !== null || element.clientWidth <= 1
    /** A cut that is meant ends in an ellipsis; a field is read by moving in it. */
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
