/** A refusal of the API: its reason, and the field at fault. */
import { formatPath, type Path } from '#core/path.ts'
import type { EntityCheckFieldsFragment, ErrorCode } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'

/** The fields that every mutation selects of its errors. */
graphql(`
  fragment Refusal on Error {
    message code path
    ... on EntityRejectedError { checks { ...EntityCheckFields } }
    ... on ConflictError { configuration }
  }
`)

export interface Refusal {
  message: string
  /** The field at fault and the path inside it; empty for the request as a whole. */
  path: Path
  /** Absent without an answer of the API; the API refuses a role without a typed result. */
  code?: ErrorCode | 'FORBIDDEN'
  /** The checks of an entity that was fetched and refused. */
  checks?: readonly EntityCheckFieldsFragment[]
  /** What the configuration file would say that stands against it, as YAML. */
  configuration?: string
}

export type Outcome<Value> = { value: Value; refusal?: never } | { value?: never; refusal: Refusal }

/** A field in words, and how to name a path inside it if the path itself says little. */
export interface Labelled {
  label: string
  hint?: string | undefined
  placeOf?: ((path: Path) => string) | undefined
}

/** The message for a field, with the path inside the field. */
export function messageAt(
  refusal: Refusal | undefined,
  field: string,
  placeOf: (path: Path) => string = formatPath,
): string | undefined {
  if (refusal?.path[0] !== field) return undefined
  const inside = refusal.path.slice(1)
  const place = inside.length > 0 ? placeOf(inside) : ''
  return place ? `At ${place}: ${refusal.message}` : refusal.message
}

/** The label, the hint and the error of a field of a table, for the component that shows it. */
export const aboutFields =
  <Name extends string>(table: Readonly<Record<Name, Labelled>>, refusal: Refusal | undefined) =>
  (name: Name) => {
    const { label, hint } = table[name]
    return { label, hint, error: messageAt(refusal, name) }
  }

/** The message with the label of its field, for a place away from the field. */
export function messageWithLabel(
  refusal: Refusal | undefined,
  table: Readonly<Record<string, Labelled>>,
): string | undefined {
  const field = String(refusal?.path[0])
  const { label, placeOf } = table[field] ?? {}
  return label ? `${label}: ${messageAt(refusal, field, placeOf)}` : refusal?.message
}

/** The message above a form, if it belongs to none of the shown fields. */
export function messageElsewhere(
  refusal: Refusal | undefined,
  fields: readonly string[],
): string | undefined {
  const isShown = fields.some((field) => field === refusal?.path[0])
  return isShown ? undefined : refusal?.message
}
