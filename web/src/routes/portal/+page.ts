import { readPlaces } from '#lib/portal/entities.ts'
import { isProblemSearch } from '#lib/portal/search.ts'
import { topic } from '#lib/topic.ts'

export const load = async ({ fetch, depends, url }) => {
  depends(topic.portal)
  const { organizations, places } = await readPlaces(fetch, url.searchParams)
  return { title: 'My entities', organizations, places, isNarrowed: isProblemSearch(url.searchParams) }
}
