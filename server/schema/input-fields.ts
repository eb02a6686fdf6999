/** The fields that many inputs have. */
import type { InputFields } from '#server/schema/operation.ts'

/** The input of an operation on one object. `noun`: as descriptions name the object. */
export const byId = (noun: string, describes = `The ${noun}.`) => ({
  describes,
  fields: (t: InputFields) => ({ id: t.id({ required: true, description: `The ${noun}’s id.` }) }),
})

export const versionRead = (t: InputFields) =>
  t.int({ description: 'The version that was read; the mutation fails with CONFLICT after another change.' })
