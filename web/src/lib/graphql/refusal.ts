/** Why the API did not do what a form asked for, and at which of its fields. */
import { formatPath, type Path } from '#core/path.ts'
import type { EntityCheckFieldsFragment, ErrorCode } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'

/** What every mutation asks of the errors it may answer with. */
graphql(`
  fragment Refusal on Error {
    message code path
    ... on EntityRejectedError { checks { ...EntityCheckFields } }
  }
`)

export interface Refusal {
  message: string
  /** The input field at fault and the place inside it; empty when the whole request is. */
  path: Path
  /** Absent when the API did not get to answer. */
  code?: ErrorCode
  /** What was looked at, when an entity was fetched and found wanting. */
  checks?: readonly EntityCheckFieldsFragment[]
}

export type Outcome<Value> = { value: Value; refusal?: never } | { value?: never; refusal: Refusal }

/** The message to stand at a field, with the place inside the field where there is one. */
export function messageAt(refusal: Refusal | undefined, field: string): string | undefined {
  if (refusal?.path[0] !== field) return undefined
  const place = formatPath(refusal.path.slice(1))
  return place ? `At ${place}: ${refusal.message}` : refusal.message
}

/** The message to stand above a form: one that belongs to none of the fields shown. */
export function messageElsewhere(
  refusal: Refusal | undefined,
  fields: readonly string[],
): string | undefined {
  const isShown = fields.some((field) => field === refusal?.path[0])
  return isShown ? undefined : refusal?.message
}
