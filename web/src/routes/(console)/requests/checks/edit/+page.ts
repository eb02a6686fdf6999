import { error } from '@sveltejs/kit'
import { requireRight } from '#lib/auth/require-right.ts'
import { isAbout, type Subject, subjectTitle } from '#lib/check/pipeline.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const RequestChecksEdit = graphql(`
  query RequestChecksEdit { checkPipelines { ...CheckPipelineFields } }
`)

/** As the API expects a pipeline that does not exist yet. */
const none = { version: 0, approves: false, checks: [], describedIn: null }

function subjectIn(parameters: URLSearchParams): Subject {
  const [entityType, trustMarkType] = [parameters.get('type')?.trim(), parameters.get('mark')]
  if (entityType) return { entityType }
  if (trustMarkType) return { trustMarkType }
  error(404, { message: 'The address names no type.' })
}

export const load = async (event) => {
  const { fetch, depends, url } = event
  depends(topic.pipelines)
  await requireRight(event, 'mayAdminister', 'Your role cannot change the checks of requests.')
  const subject = subjectIn(url.searchParams)
  const { checkPipelines } = await read(fetch, RequestChecksEdit, {})
  const pipeline = checkPipelines.find(isAbout(subject)) ?? none
  return { title: `Checks for ${subjectTitle(subject)}`, subject, pipeline }
}
