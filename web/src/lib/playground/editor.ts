/** The editor for operations, and the view of a result: CodeMirror in a shadow root. */
import { json } from '@codemirror/lang-json'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { tags } from '@lezer/highlight'
import { graphql, updateSchema } from 'cm6-graphql'
import { basicSetup, EditorView, minimalSetup } from 'codemirror'
import type { GraphQLSchema } from 'graphql'
import { jsonColours, look, typeOver } from '#lib/json/editor.ts'
import { nameAtCursor } from './cursor.ts'

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.definitionKeyword, tags.modifier], color: 'var(--color-error)' },
  { tag: tags.propertyName, color: 'var(--color-primary)' },
  { tag: tags.attributeName, color: 'var(--color-success)' },
  { tag: [tags.variableName, tags.number, tags.bool, tags.null], color: 'var(--color-warning)' },
  { tag: [tags.atom, tags.string, tags.special(tags.name)], color: 'var(--color-base-content)' },
  { tag: [tags.punctuation, tags.paren, tags.brace, tags.lineComment], color: 'var(--color-muted)' },
])

const quiet = 'var(--color-muted)'
const chosen = 'color-mix(in oklch, var(--color-primary) 14%, var(--color-base-100))'
const faint = 'color-mix(in oklch, var(--color-base-content) 4%, transparent)'

const queryLook = EditorView.theme({
  '&': { maxHeight: '32rem' },
  '.cm-scroller': { minHeight: '16rem' },
  '.cm-gutters': { background: 'transparent', border: 'none', color: quiet },
  '.cm-activeLine, .cm-activeLineGutter': { background: faint },
  '.cm-tooltip': { borderRadius: '6px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', maxHeight: '15rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px', lineHeight: '20px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    background: chosen,
    color: 'var(--color-base-content)',
  },
  '.cm-completionDetail': { color: quiet, fontStyle: 'normal' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-tooltip.cm-completionInfo': {
    padding: '6px 10px',
    fontFamily: 'var(--font-sans)',
    maxWidth: 'min(22rem, 80vw)',
  },
  '.cm-diagnostic': { fontFamily: 'var(--font-sans)', padding: '6px 10px' },
  '&.cm-focused .cm-matchingBracket': { background: chosen },
  '.cm-panels': { background: 'var(--color-base-200)', color: 'var(--color-base-content)' },
})

const resultLook = EditorView.theme({
  '&': { maxHeight: '36rem' },
  '.cm-scroller': { minHeight: '4rem' },
  '.cm-content:focus-visible': { outline: '2px solid var(--color-primary)', outlineOffset: '-2px' },
})

interface Editor {
  /** Replaces the text, unless it is the same. */
  show(text: string): void
  destroy(): void
}

interface QueryEditor extends Editor {
  /** Completes and validates by the schema. */
  follow(schema: GraphQLSchema): void
}

interface QueryOptions {
  text: string
  label: string
  changed: (text: string) => void
  /** The cursor's offset, and what is under it, if that has a documentation. */
  moved: (offset: number, name: string | undefined) => void
}

function show(view: EditorView, text: string): void {
  if (view.state.doc.toString() === text) return
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } })
}

/** In a shadow root, because CodeMirror adds a style sheet, which the content security policy forbids in the page. */
function mount(host: HTMLElement, doc: string, extensions: (typeof EditorView.lineWrapping)[]): EditorView {
  const root = host.attachShadow({ mode: 'open' })
  return new EditorView({ doc, parent: root, root, extensions: [...extensions, look, typeOver] })
}

export function createQueryEditor(host: HTMLElement, options: QueryOptions): QueryEditor {
  let known: GraphQLSchema | undefined
  const view = mount(host, options.text, [
    queryLook,
    syntaxHighlighting(colours),
    basicSetup,
    graphql(),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': options.label }),
    EditorView.updateListener.of(({ docChanged, selectionSet, state }) => {
      if (docChanged) options.changed(state.doc.toString())
      if (docChanged || selectionSet)
        options.moved(state.selection.main.head, known && nameAtCursor(state, known))
    }),
  ])
  return {
    show: (text) => show(view, text),
    follow(schema) {
      known = schema
      // Its types take the class for the one of CommonJS.
      updateSchema(view as never, schema)
    },
    destroy: () => view.destroy(),
  }
}

/** Read only; large results stay quick, because only the lines in sight are drawn. */
export function createResultView(host: HTMLElement, text: string, label: string): Editor {
  const view = mount(host, text, [
    resultLook,
    syntaxHighlighting(jsonColours),
    minimalSetup,
    json(),
    EditorView.editable.of(false),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true', tabindex: '0' }),
  ])
  return { show: (next) => show(view, next), destroy: () => view.destroy() }
}
