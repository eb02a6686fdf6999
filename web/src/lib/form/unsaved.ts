/** Tracks input that leaving the page would discard. The shell asks before it does. */
import type { Attachment } from 'svelte/attachments'

const forms = new Set<() => boolean>()

export const hasUnsavedInput = () => [...forms].some((isUnsaved) => isUnsaved())

/** Attach it to the element with the input: `{@attach guardInput(() => …)}`. */
export const guardInput =
  (isUnsaved: () => boolean): Attachment =>
  () => {
    forms.add(isUnsaved)
    return () => forms.delete(isUnsaved)
  }
