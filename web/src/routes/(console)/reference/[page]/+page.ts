import { loadPage } from '#lib/reference/load.ts'

export const load = async ({ fetch, params }) => {
  const text = await loadPage(fetch, params.page)
  return { title: text.title, text }
}
