/** Asks the user to sign in again during an action, one request at a time. The dialog belongs to the shell. */

/** `stale`: a change requires a recent sign-in. `ended`: the session is over. */
export type Occasion = 'stale' | 'ended'

interface Question extends PromiseWithResolvers<boolean> {
  occasion: Occasion
}

let pending = $state.raw<Question>()
let isAtHand = false

export const reauthentication = {
  get asked() {
    return pending?.occasion
  },
  /** The dialog is available until the returned function is called. */
  stand() {
    isAtHand = true
    return () => {
      isAtHand = false
      this.answer(false)
    }
  },
  /** Resolves with true if the user has signed in again. */
  ask(occasion: Occasion): Promise<boolean> {
    if (!isAtHand) return Promise.resolve(false)
    pending ??= { ...Promise.withResolvers<boolean>(), occasion }
    return pending.promise
  },
  answer(isDone: boolean) {
    pending?.resolve(isDone)
    pending = undefined
  },
}
