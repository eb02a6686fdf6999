/** Moves the focus to what a refused form must show: the first field at fault, or else the refusal itself. */
import { tick } from 'svelte'

/** Fields mark themselves as invalid; a claim with a form of its own, and an editor, carry `data-fault`. */
const faults = '[aria-invalid=true], [data-fault]'
const controls = 'input:not(:disabled), select:not(:disabled), textarea:not(:disabled)'

/** A dialog that closes gives the focus back within two frames. */
const frame = () => new Promise(requestAnimationFrame)

/** `isAtField`: the refusal names a field. Without a marked field in the box, the refusal gets the focus. */
export async function showRefusal(box: Element | null | undefined, isAtField: boolean): Promise<void> {
  await tick()
  await frame()
  await frame()
  const fault = isAtField ? box?.querySelector(faults) : undefined
  const target = fault ? controlOf(fault) : box?.querySelector<HTMLElement>('[data-refusal]')
  if (!target) return
  if (!target.matches(controls) && !target.isContentEditable) target.tabIndex = -1
  // In the middle, because the save bar covers the bottom of the window.
  target.scrollIntoView({ block: 'center' })
  target.focus({ preventScroll: true })
}

function controlOf(fault: Element): HTMLElement | null {
  const inner = fault.querySelector(faults)
  if (inner) return controlOf(inner)
  if (fault.matches(controls)) return fault as HTMLElement // one of these three
  const editor = fault.shadowRoot?.querySelector<HTMLElement>('[contenteditable=true]')
  return editor ?? fault.querySelector<HTMLElement>(controls) ?? (fault as HTMLElement) // a part of a page
}
