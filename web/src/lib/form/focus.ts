/** Where the focus goes when what had it is gone, or when there is something new to fill in. */
import type { Attachment } from 'svelte/attachments'

/** A dialog that closes has the focus for a frame more, and takes it along. */
const closing = '[role=dialog][data-state=closed], [role=alertdialog][data-state=closed]'
const isLost = () =>
  document.activeElement === document.body || Boolean(document.activeElement?.closest(closing))

/** The content of the page, where keyboard users continue instead of before the menu. */
export function focusContentIfLost(): void {
  if (isLost()) document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true })
}

/** After a dialog: its button may have gone with the question that was answered. */
export const afterClosing = () => void requestAnimationFrame(focusContentIfLost)

/** The first field in what was just added to a form; after a frame, because a list that closes takes the focus back. */
export const focusField = (box: Element | null | undefined) =>
  void requestAnimationFrame(() => box?.querySelector<HTMLElement>('input, select, textarea')?.focus())

/** For the content of the page: when what has the focus is taken out, the part of the page around it gets the focus. */
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

/** It can have the focus only now: it must not take it by a click. */
function focusPart(part: HTMLElement): void {
  if (!part.hasAttribute('tabindex')) {
    part.tabIndex = -1
    part.addEventListener('blur', () => part.removeAttribute('tabindex'), { once: true })
  }
  part.focus({ preventScroll: true })
}
