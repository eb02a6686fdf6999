/** Remembers in this tab that the user put off choosing a new password, until the next sign-in. */
const KEY = 'password-later'

let isChosen = $state(globalThis.sessionStorage?.getItem(KEY) === 'true')

export const passwordLater = {
  get isChosen() {
    return isChosen
  },
  choose() {
    isChosen = true
    sessionStorage.setItem(KEY, 'true')
  },
  forget() {
    isChosen = false
    sessionStorage.removeItem(KEY)
  },
}
