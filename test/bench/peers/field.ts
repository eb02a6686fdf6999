/** Kinds of fields in a description, with sentences about their faults. */
import { z } from 'zod'
import { findPlaceholders } from '../placeholder.ts'

/** An error for a rule, to follow the name of the field. */
export const must = (rule: string) => ({
  error: ({ input }: { input?: unknown }) =>
    input === undefined ? `is missing; it must be ${rule}` : `must be ${rule}, not ${JSON.stringify(input)}`,
})

/** An object with no other fields. */
export function fields<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has the unknown field "${issue.keys?.join('", "')}"; use ${known}`
        : must(`an object with the fields ${known}`).error(issue),
  })
}

/** A text with placeholders. */
export const template = (known: readonly string[], rule = 'a text') =>
  z.string(must(rule)).superRefine((text, context) => {
    const unknown = findPlaceholders(text).filter((name) => !known.includes(name))
    for (const name of unknown) {
      const others = known.map((each) => `{${each}}`).join(', ')
      context.addIssue(`has the unknown placeholder {${name}}; use ${others}`)
    }
  })
