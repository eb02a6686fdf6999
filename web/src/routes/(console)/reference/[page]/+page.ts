import { loadPage } from '#lib/reference/load.ts'
import type { PageLoad } from './$types'

export const load = (async ({ fetch, params }) => {
  const text = await loadPage(fetch, params.page)
  return { title: text.title, text }
}) satisfies PageLoad
