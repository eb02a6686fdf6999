/** The checks that operators composed: for the requests about entities of a type, or for Trust Marks of a type. */
import { entityTypeOf } from '#lib/entity/type.ts'
import type { CheckPipelineFieldsFragment } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'

graphql(`
  fragment PipelineCheckFields on PipelineCheck {
    check onFailure trustMarkTypes requiresAll entityIds tags url text
  }
`)

graphql(`
  fragment CheckPipelineFields on CheckPipeline {
    id entityType trustMarkType approves version updatedAt
    checks { ...PipelineCheckFields }
    describedIn { ...DescriptionFields }
  }
`)

/** Names what the checks are for, also in an address. */
export type Subject =
  | { entityType: string; trustMarkType?: never }
  | { trustMarkType: string; entityType?: never }

type Row = Pick<CheckPipelineFieldsFragment, 'entityType' | 'trustMarkType'>

export const subjectOf = ({ entityType, trustMarkType }: Row): Subject =>
  trustMarkType === null ? { entityType: entityType ?? '' } : { trustMarkType }

/** One without checks that does not approve has no effect: what is left after everything was removed. */
export const inEffect = <Pipeline extends { checks: readonly unknown[]; approves: boolean }>(
  pipelines: readonly Pipeline[],
) => pipelines.filter(({ checks, approves }) => checks.length > 0 || approves)

export const isAbout = (subject: Subject) => (row: Row) =>
  row.entityType === (subject.entityType ?? null) && row.trustMarkType === (subject.trustMarkType ?? null)

/** Trust Mark types are named by their identifiers. */
export const subjectTitle = ({ entityType, trustMarkType }: Subject) =>
  trustMarkType ?? entityTypeOf(entityType).label

/** Which requests are checked. */
export const requestsInWords = ({ entityType }: Subject) =>
  entityType === undefined
    ? 'Requests for a Trust Mark of this type.'
    : 'Requests to register or to change an entity of this type.'
