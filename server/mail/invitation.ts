/** What an invitation says, in its e-mail and on the page that it opens. */

export type Invitation = {
  /** To sign in with. */
  username: string
  link: string
  expiresAt: Date
  /** Name and address; null: an operator, or a person who is not known any more. */
  invitedBy: string | null
  /** Whether the account opens the console. */
  isOperator: boolean
  /** The names of those for which the person will act. */
  organizations: readonly string[]
  /** The names of those to which the organizations belong, and in which the account has a role. */
  federations: readonly string[]
}

/** Several names in a sentence; without any, `otherwise`. */
export const named = (names: readonly string[], otherwise: string): string =>
  names.length === 0 ? otherwise : new Intl.ListFormat('en').format(names)
