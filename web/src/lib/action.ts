/** Describes an action on a thing of a list that asks first. */
import type { Refusal } from '#lib/graphql/refusal.ts'

export interface Action<Subject> {
  /** As on the button of the question. */
  label: string
  /** Its effect, before it is done. */
  consequence: string
  /** Completes the sentence that begins with the name of the thing. */
  done: string
  danger: boolean
  applies: (subject: Subject) => boolean
  run: (subject: Subject) => Promise<Refusal | undefined>
}
