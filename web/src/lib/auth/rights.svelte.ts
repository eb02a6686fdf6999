/**
 * Tracks a role that lost rights while a page is open. Applying it immediately would replace an open form by a refusal.
 * The shell shows the change, the API refuses to save, and the page follows when the form is closed.
 */
import { isJsonEqual } from '#core/json.ts'
import { isFormOpen } from '#lib/form/open-forms.ts'
import type { RightsQuery } from '#lib/gql/graphql.ts'
import { readInBackground } from '#lib/graphql/client.ts'
import { connection } from '#lib/graphql/connection.svelte.ts'
import { reload } from '#lib/reload.ts'
import { topic } from '#lib/topic.ts'
import { Rights } from './viewer.ts'

type Viewer = NonNullable<RightsQuery['viewer']>

let lowered = $state.raw<Viewer>()

const isLess = (now: Viewer, before: Viewer) =>
  (before.hasRole && !now.hasRole) ||
  (before.mayOperate && !now.mayOperate) ||
  (before.mayAdminister && !now.mayAdminister) ||
  (before.mayManage && !now.mayManage) ||
  (now.factorStep !== null && before.factorStep === null)

export const rights = {
  /** The change that the page does not show yet. */
  get lowered() {
    return lowered
  },
  /** `shown`: the viewer that the page was loaded for. Without a session, a notice appears and the page stays. */
  async lookAgain(shown: Viewer): Promise<void> {
    const answer = await readInBackground(fetch, Rights, {})
    if (!answer) return
    if (!answer.viewer) connection.refused()
    else if (isFormOpen() && isLess(answer.viewer, shown)) lowered = answer.viewer
    else if (!isJsonEqual(answer.viewer, shown)) await this.follow()
  },
  /** The page is reloaded with the current rights. */
  async follow(): Promise<void> {
    lowered = undefined
    await reload(topic.viewer)
  },
}
