/** Tracks open forms, so that a reload never discards the user's input. */
import type { Attachment } from 'svelte/attachments'
import { SvelteSet } from 'svelte/reactivity'

const open = new SvelteSet<Element>()

export const isFormOpen = () => open.size > 0

/** For the element that holds what is typed: `{@attach openForm}`. */
export const openForm: Attachment = (element) => {
  open.add(element)
  return () => open.delete(element)
}
