/** Encrypts the bodies of waiting e-mails, because the link of an invitation opens an account. */
import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto'
import type { Message } from '#server/mail/layout.ts'

type Secrets = {
  authSecret: string
  /** Oldest first; they still decrypt. */
  previousAuthSecrets: readonly string[]
}

export type Seal = {
  close(message: Message): Promise<string>
  /** @throws if it was encrypted with a secret that is not known any more */
  open(body: string): Promise<Message>
}

export function createSeal({ authSecret, previousAuthSecrets }: Secrets): Seal {
  const secrets = [...previousAuthSecrets, authSecret]
  // A secret's number is its position, so it never changes.
  const keys = new Map(secrets.map((secret, index) => [index + 1, secret]))
  const key = { keys, currentVersion: secrets.length }
  return {
    close: (message) => symmetricEncrypt({ key, data: JSON.stringify(message) }),
    open: async (body) => JSON.parse(await symmetricDecrypt({ key, data: body })) as Message, // as closed above
  }
}
