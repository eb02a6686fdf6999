/** Tracks open forms, so that a reload never discards the user's input. */
import type { Attachment } from 'svelte/attachments'
import { SvelteSet } from 'svelte/reactivity'

const open = new SvelteSet<Element>()

export const isFormOpen = () => open.size > 0

/** Attach it to the element with the input: `{@attach openForm}`. */
export const openForm: Attachment = (element) => {
  open.add(element)
  return () => open.delete(element)
}
