import { graphql } from '#lib/gql/index.ts'
import { read } from '#lib/graphql/client.ts'
import { topic } from '#lib/topic.ts'

const TwoPeoplePage = graphql(`
  query TwoPeoplePage { protection { operations commandLine validForHours breakGlass breakGlassHours passkeyHours obstacles version describedIn { ...DescriptionFields } } }
`)

export const load = async ({ fetch, depends }) => {
  depends(topic.protection)
  const { protection } = await read(fetch, TwoPeoplePage, {})
  return { title: 'Protection', protection }
}
