/** Whether changes made elsewhere arrive, for the shell to say so. */
import { SvelteSet } from 'svelte/reactivity'

/** The subscriptions that are trying to reach the server. */
const broken = new SvelteSet<symbol>()
let isSessionOver = $state(false)
let session = $state(0)

export const connection = {
  get isLost() {
    return broken.size > 0
  },
  /** The server no longer knows who we are; only signing in again helps. */
  get isSessionOver() {
    return isSessionOver
  },
  /** Counts the sessions in this window, so that subscriptions restart with the next session. */
  get session() {
    return session
  },
  lost: (subscription: symbol) => broken.add(subscription),
  restored: (subscription: symbol) => broken.delete(subscription),
  /** It was ended on purpose, or was refused: nothing is being tried. */
  ended: (subscription: symbol) => broken.delete(subscription),
  refused: () => (isSessionOver = true),
  /** A new sign-in clears earlier refusals, which lacked a session. */
  signedIn: () => (isSessionOver = false),
  signedInAgain() {
    isSessionOver = false
    session++
  },
}
