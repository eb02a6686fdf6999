/** The forms that are open: what somebody may be typing in must not be taken away from under their hands. */
import type { Attachment } from 'svelte/attachments'
import { SvelteSet } from 'svelte/reactivity'

const open = new SvelteSet<Element>()

export const isFormOpen = () => open.size > 0

/** For the element that holds what is typed: `{@attach openForm}`. */
export const openForm: Attachment = (element) => {
  open.add(element)
  return () => open.delete(element)
}
