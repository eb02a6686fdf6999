/** CodeMirror as the console has it: its look, the colours of JSON, and how to type over a selection. */
import { HighlightStyle } from '@codemirror/language'
import { tags } from '@lezer/highlight'
import { EditorView } from 'codemirror'

export const jsonColours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--color-primary)' },
  { tag: tags.string, color: 'var(--color-base-content)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--color-warning)' },
])

export const look = EditorView.theme({
  '&': { fontSize: '13px', color: 'var(--color-base-content)', maxHeight: '24rem' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px', minHeight: '7rem', overflow: 'auto' },
  '.cm-content': { padding: '8px 4px', caretColor: 'var(--color-base-content)' },
  '.cm-cursor': { borderLeftColor: 'var(--color-base-content)' },
  '.cm-tooltip': { background: 'var(--color-base-100)', border: '1px solid var(--color-base-300)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in oklch, var(--color-primary) 22%, transparent)',
  },
})

/**
 * Replaces a selection by what is typed. Chromium would give the typed text the style of the replaced one, in an
 * attribute that the content security policy forbids.
 */
export const typeOver = EditorView.domEventHandlers({
  beforeinput({ inputType, data, cancelable }, view) {
    const { from, to, empty } = view.state.selection.main
    if (inputType !== 'insertText' || !data || !cancelable || empty) return false
    const insert = () =>
      view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true })
    const isHandled = view.state
      .facet(EditorView.inputHandler)
      .some((handle) => handle(view, from, to, data, insert))
    if (!isHandled) view.dispatch(insert())
    return true
  },
})
