/** Tracks whether changes by other users arrive, for the shell. */
import { SvelteSet } from 'svelte/reactivity'

/** Subscriptions that are reconnecting. */
const broken = new SvelteSet<symbol>()
let isSessionOver = $state(false)
let session = $state(0)
let unreachableSince = $state<Date>()

export const connection = {
  get isLost() {
    return broken.size > 0
  },
  /** The session is over; the user must sign in again. */
  get isSessionOver() {
    return isSessionOver
  },
  /** Counts the sessions in this window, so that subscriptions restart with the next session. */
  get session() {
    return session
  },
  /** Since when the server does not answer; undefined while it does. */
  get unreachableSince() {
    return unreachableSince
  },
  answered() {
    unreachableSince = undefined
  },
  unanswered() {
    unreachableSince ??= new Date()
  },
  lost: (subscription: symbol) => broken.add(subscription),
  restored: (subscription: symbol) => broken.delete(subscription),
  /** It was closed on purpose or refused, so it is not reconnecting. */
  ended: (subscription: symbol) => broken.delete(subscription),
  refused: () => (isSessionOver = true),
  /** A new sign-in clears earlier refusals for want of a session. */
  signedIn: () => (isSessionOver = false),
  signedInAgain() {
    isSessionOver = false
    session++
  },
}
