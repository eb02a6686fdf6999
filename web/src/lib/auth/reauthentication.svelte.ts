/** Some changes ask again who somebody is. One at a time is asked; the dialog stands in the shell. */

let pending = $state.raw<PromiseWithResolvers<boolean>>()

export const reauthentication = {
  get isAsked() {
    return pending !== undefined
  },
  /** Resolves with whether the person has signed in again. */
  ask(): Promise<boolean> {
    pending ??= Promise.withResolvers()
    return pending.promise
  },
  answer(isDone: boolean) {
    pending?.resolve(isDone)
    pending = undefined
  },
}
