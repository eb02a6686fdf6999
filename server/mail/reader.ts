/** The last lines of an e-mail: why its reader receives it, and how to stop it. */

/** A person who signs in, or a contact that an operator recorded. */
export type Reader =
  | { kind: 'person'; organization: string; accountUrl: string }
  | { kind: 'contact'; organization: string; anchor: string }

export function footerFor(reader: Reader): string[] {
  if (reader.kind === 'person')
    return [
      `You receive this because you act for ${reader.organization}.`,
      `To stop these messages, turn them off in your account: ${reader.accountUrl}`,
    ]
  return [
    `You receive this because this address is a contact of ${reader.organization} at ${reader.anchor}.`,
    `To stop these messages, ask the operators of ${reader.anchor} to remove this address from the contacts of ${reader.organization}.`,
  ]
}

/** Once, to a person who has no account yet. */
export const footerOfInvitation = (enteredBy: string): string[] => [
  `You receive this because ${enteredBy} entered your address.`,
  'If you do not expect it, ignore it: without you, the account stays closed. There is nothing to stop, because it is sent only once.',
]
