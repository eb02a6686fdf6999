/** Moves the focus when its element disappears, or when there is new input to fill in. */
import type { Attachment } from 'svelte/attachments'

/** A closing dialog keeps the focus for one more frame. */
const closing = '[role=dialog][data-state=closed], [role=alertdialog][data-state=closed]'
const isLost = () =>
  document.activeElement === document.body || Boolean(document.activeElement?.closest(closing))

/** The content of the page, so that keyboard users do not start at the menu. */
export function focusContentIfLost(): void {
  if (isLost()) document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true })
}

/** After a dialog, because its button may have disappeared. */
export const afterClosing = () => void requestAnimationFrame(focusContentIfLost)

/** Focuses the first field of new content, after a frame, because a closing list takes the focus back. */
export const focusField = (box: Element | null | undefined) =>
  void requestAnimationFrame(() => box?.querySelector<HTMLElement>('input, select, textarea')?.focus())

/** Keeps the focus in the page: when the focused element is removed, its surrounding part gets the focus. */
export const keepFocusNear: Attachment<HTMLElement> = (content) => {
  let last: Node | undefined
  const remember = ({ target }: FocusEvent) => {
    last = target instanceof Node ? target : undefined
  }
  const observer = new MutationObserver((records) => {
    if (!last || last.isConnected || !isLost()) return
    const held = (nodes: NodeList) => [...nodes].some((node) => node.contains(last ?? null))
    const place = records.find(({ removedNodes }) => held(removedNodes))?.target
    const part = place instanceof Element ? place.closest<HTMLElement>('form, section') : null
    last = undefined
    focusPart(part && content.contains(part) ? part : content)
  })
  content.addEventListener('focusin', remember)
  observer.observe(content, { childList: true, subtree: true })
  return () => {
    content.removeEventListener('focusin', remember)
    observer.disconnect()
  }
}

/** Focusable only now, so that a click does not focus it. */
function focusPart(part: HTMLElement): void {
  if (!part.hasAttribute('tabindex')) {
    part.tabIndex = -1
    part.addEventListener('blur', () => part.removeAttribute('tabindex'), { once: true })
  }
  part.focus({ preventScroll: true })
}
