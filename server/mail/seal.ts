/** Encrypts the bodies of waiting e-mails, because the link of an invitation opens an account. */
import { createSealer, type Secrets } from '#server/database/sealed-text.ts'
import type { Message } from '#server/mail/layout.ts'

export type Seal = {
  close(message: Message): Promise<string>
  /** Null if it was encrypted with a secret that is not known any more. */
  open(body: string): Promise<Message | null>
}

export function createSeal(secrets: Secrets): Seal {
  const sealer = createSealer(secrets)
  return {
    close: (message) => sealer.seal(JSON.stringify(message)),
    async open(body) {
      const text = await sealer.open(body)
      return text === null ? null : (JSON.parse(text) as Message) // as closed above
    },
  }
}
