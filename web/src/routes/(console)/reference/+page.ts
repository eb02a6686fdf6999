import { redirect } from '@sveltejs/kit'
import { loadIndex } from '#lib/reference/load.ts'
import { findName, nearestSearch } from '#lib/reference/names.ts'
import { route } from '#lib/route.ts'

export const load = async ({ fetch, url }) => {
  const { html, entries } = await loadIndex(fetch)
  const name = url.searchParams.get('name') ?? ''
  const found = findName(entries, name)
  if (found) redirect(307, route.referencePage(found.page, found.id))
  const q = url.searchParams.get('q') ?? nearestSearch(entries, name)
  return { title: 'Reference', html, entries, unknown: name, q }
}
