/** What the page "API" needs beyond the console: this is the entry of its own file, which the page loads when it opens. */
import readyOperations from 'virtual:ready-operations'

export { describe, findNames, rootNames } from './documentation.ts'
export { createQueryEditor, createResultView } from './editor.ts'
export { findOperation } from './operation.ts'
export { introspection, schemaOf } from './schema.ts'
export { languages } from './snippet.ts'
export { readyOperations }
