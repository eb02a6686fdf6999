import type { PageLoad } from './$types'

/** An address can have a document: `?query=` and `variables=`; or open the documentation of the schema: `?name=`. */
export const load: PageLoad = ({ url }) => ({
  title: 'API',
  query: url.searchParams.get('query') ?? undefined,
  variables: url.searchParams.get('variables') ?? undefined,
  name: url.searchParams.get('name') ?? undefined,
})
