/** Configuration files as the API takes them, and what is wrong with them. */

import type { Fault } from '#server/plan/plan.ts'
import { builder } from '#server/schema/builder.ts'

export const ConfigurationFileInput = builder.inputType('ConfigurationFileInput', {
  description: 'A configuration file.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name, for messages.' }),
    content: t.string({ required: true, description: 'Its text: YAML or JSON.' }),
  }),
})

/** Characters of the longest one. */
export const MAXIMUM_COMMIT = 100
export const COMMIT = `The commit of the files, at most ${MAXIMUM_COMMIT} characters. The audit entry of each object names it.`

/** Of the argument of a plan and of its application. */
export const PRUNE =
  'Whether objects are removed that the set of the files described before and describes no longer. False by default.'

export const ConfigurationFault = builder.objectRef<Fault>('ConfigurationFault').implement({
  description: 'What a plan says about its source, and where in a configuration file.',
  authScopes: { read: true },
  fields: (t) => ({
    file: t.exposeString('file', { description: 'The name of the file; empty: the source has no files.' }),
    line: t.exposeInt('line', { description: 'The line, from 1; 0 without a file.' }),
    column: t.exposeInt('column', { description: 'The column, from 1; 0 without a file.' }),
    message: t.exposeString('message', { description: 'A sentence.' }),
  }),
})
