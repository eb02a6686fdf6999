/** Keeps the portal up to date: there is no stream of changes for members. */

import { Rights } from '#lib/auth/viewer.ts'
import type { ViewerFieldsFragment } from '#lib/gql/graphql.ts'
import { readInBackground } from '#lib/graphql/client.ts'
import { connection } from '#lib/graphql/connection.svelte.ts'
import { reload } from '#lib/reload.ts'
import { topic } from '#lib/topic.ts'

const INTERVAL = 30_000

let isBusy = false

/**
 * Reads the page again. It asks for the viewer first, in the background: a server that is away, or a session that is over,
 * must not replace the page by an error.
 */
async function refresh(shown: ViewerFieldsFragment): Promise<void> {
  if (isBusy || document.hidden || connection.isSessionOver) return
  isBusy = true
  try {
    const answer = await readInBackground(fetch, Rights, {})
    if (!answer) return
    if (!answer.viewer) connection.refused()
    else if (JSON.stringify(answer.viewer) !== JSON.stringify(shown)) await reload(topic.viewer)
    else await reload(topic.portal)
  } finally {
    isBusy = false
  }
}

/** Refreshes at intervals while the page is visible, and when the user returns to it. Returns how to end this. */
export function keepFresh(shown: () => ViewerFieldsFragment): () => void {
  const again = () => void refresh(shown())
  const timer = setInterval(again, INTERVAL)
  window.addEventListener('focus', again)
  document.addEventListener('visibilitychange', again)
  return () => {
    clearInterval(timer)
    window.removeEventListener('focus', again)
    document.removeEventListener('visibilitychange', again)
  }
}
