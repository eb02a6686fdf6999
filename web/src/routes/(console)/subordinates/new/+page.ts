import { error } from '@sveltejs/kit'
import { entityIdProblem } from '#lib/entity/id.ts'
import type { InspectEntityQuery, InspectEntityQueryVariables } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask, read } from '#lib/graphql/client.ts'
import { isReloading } from '#lib/reload.ts'
import { InspectEntity } from './inspection.ts'

const RegistrationLimits = graphql(`
  query RegistrationLimits {
    trustAnchor { entityId statementHours maximumStatementHours metadataPolicy }
    awaitedEntities { id ...AwaitedFields }
  }
`)

type Inspection = ReturnType<typeof ask<InspectEntityQuery, InspectEntityQueryVariables>>

let kept: { entityId: string; inspection: Inspection } | undefined

/** While the shown page is read again, the entity is not checked again: that would replace the form that is being filled. */
function inspect(entityId: string): Inspection {
  if (!kept || kept.entityId !== entityId || !isReloading())
    kept = { entityId, inspection: ask(InspectEntity, { entityId }) }
  return kept.inspection
}

export const load = async ({ fetch, parent, url }) => {
  const entityId = url.searchParams.get('entity') ?? ''
  const problem = url.searchParams.has('entity') ? entityIdProblem(entityId) : undefined
  const isAsked = entityId !== '' && !problem
  // Not awaited, so that the form is usable while the entity's server answers.
  const inspection = isAsked ? inspect(entityId) : undefined
  const [{ viewer }, { trustAnchor, awaitedEntities }] = await Promise.all([
    parent(),
    read(fetch, RegistrationLimits, {}),
  ])
  if (!viewer.mayOperate) error(403, { message: 'Your role cannot register subordinates.' })
  return { title: 'Register a subordinate', entityId, problem, inspection, trustAnchor, awaitedEntities }
}
