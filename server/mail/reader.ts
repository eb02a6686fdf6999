/** The last lines of an e-mail: why its reader receives it, and how to stop it. */

/** Once, to a person who has no account yet. */
export const footerOfInvitation = (enteredBy: string): string[] => [
  `You receive this because ${enteredBy} entered your address.`,
  'If you do not expect it, ignore it: without you, the account stays closed. There is nothing to stop, because it is sent only once.',
]
