/** Whether changes made elsewhere arrive, for the shell to say so. */
import { SvelteSet } from 'svelte/reactivity'

/** The subscriptions that are trying to reach the server. */
const broken = new SvelteSet<symbol>()
let isSessionOver = $state(false)

export const connection = {
  get isLost() {
    return broken.size > 0
  },
  /** The server no longer knows who we are; only signing in again helps. */
  get isSessionOver() {
    return isSessionOver
  },
  lost: (subscription: symbol) => broken.add(subscription),
  restored(subscription: symbol) {
    broken.delete(subscription)
    isSessionOver = false
  },
  /** It was ended on purpose, or was refused: nothing is being tried. */
  ended: (subscription: symbol) => broken.delete(subscription),
  refused: () => (isSessionOver = true),
}
