import { error } from '@sveltejs/kit'
import { entityIdProblem } from '#lib/entity/id.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask, read } from '#lib/graphql/client.ts'
import type { PageLoad } from './$types'
import { InspectEntity } from './inspection.ts'

const RegistrationLimits = graphql(`
  query RegistrationLimits {
    trustAnchor { entityId statementHours maximumStatementHours metadataPolicy }
    awaitedEntities { id ...AwaitedFields }
  }
`)

export const load = (async ({ fetch, parent, url }) => {
  const entityId = url.searchParams.get('entity') ?? ''
  const problem = url.searchParams.has('entity') ? entityIdProblem(entityId) : undefined
  const isAsked = entityId !== '' && !problem
  // Not awaited, so that the form is usable while the entity's server answers.
  const inspection = isAsked ? ask(InspectEntity, { entityId }) : undefined
  const [{ viewer }, { trustAnchor, awaitedEntities }] = await Promise.all([
    parent(),
    read(fetch, RegistrationLimits, {}),
  ])
  if (!viewer.mayOperate) error(403, { message: 'Your role cannot register subordinates.' })
  return { title: 'Register a subordinate', entityId, problem, inspection, trustAnchor, awaitedEntities }
}) satisfies PageLoad
