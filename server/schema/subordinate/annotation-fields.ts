/** The input fields of note and tags, shared by registration and update. */
import type { builder } from '#server/schema/builder.ts'

type InputFields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0]

export function annotationFields(t: InputFields) {
  return {
    note: t.string({
      description: 'A note of the operators, at most 4000 characters. It is never published.',
    }),
    tags: t.stringList({
      description:
        'Tags of the operators, at most 20 with 1 to 40 characters each, unique without regard to case. They are never published.',
    }),
  }
}
