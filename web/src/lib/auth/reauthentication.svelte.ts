/**
 * Asks again who somebody is, in the middle of what they are doing. One at a time is asked; the dialog stands in the
 * shell, and where there is no shell nobody is asked.
 */

/** `stale`: a change wants a sign-in of the last minutes. `ended`: the server does not know us any more. */
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
  /** The dialog is there from now on, until the returned function is called. */
  stand() {
    isAtHand = true
    return () => {
      isAtHand = false
      this.answer(false)
    }
  },
  /** Resolves with whether the person has signed in again. */
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
