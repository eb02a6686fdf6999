/** The names of what a policy does to an entity. */
import { builder } from '#server/schema/builder.ts'

export const PolicyEffect = builder.enumType('PolicyEffect', {
  description: 'The effect of a policy on one subordinate.',
  values: {
    UNCHANGED: { description: 'Its resolved metadata does not change.' },
    CHANGED: { description: 'Its resolved metadata changes.' },
    FAILS: { description: 'Its metadata would not satisfy the policy: it would no longer resolve.' },
  } as const,
})
