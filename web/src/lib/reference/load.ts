/** Loads the reference, which is apart from the console's script. */

import { index, pages } from 'virtual:reference'
import { error } from '@sveltejs/kit'
import type { ReferenceIndex, ReferencePage } from './names.ts'

type Fetch = typeof globalThis.fetch

export const loadIndex = (fetch: Fetch): Promise<ReferenceIndex> => load(fetch, index)

/** @throws HttpError for an unknown page */
export async function loadPage(fetch: Fetch, name: string): Promise<ReferencePage> {
  const address = Object.hasOwn(pages, name) ? pages[name] : undefined
  if (!address) error(404, { message: 'The reference has no such page. Search it for a name.' })
  return load(fetch, address)
}

/** A file of the build. A newer release has others. */
async function load<Content>(fetch: Fetch, address: string): Promise<Content> {
  const response = await fetch(address)
  if (!response.ok) error(response.status, { message: 'The reference cannot be loaded. Reload the page.' })
  return response.json()
}
