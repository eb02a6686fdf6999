import { inEffect } from '#lib/check/pipeline.ts'
import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const RequestChecksPage = graphql(`
  query RequestChecksPage { checkPipelines { ...CheckPipelineFields } }
`)

export const load = async ({ fetch, depends }) => {
  depends(topic.pipelines)
  const { checkPipelines } = await read(fetch, RequestChecksPage, {})
  return { title: 'Checks of requests', pipelines: inEffect(checkPipelines) }
}
