/** Seals text that the database keeps and that must be read again. A copy of the database without AUTH_SECRET does not show it. */
import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto'

export type Secrets = {
  authSecret: string
  /** Previous secrets, oldest first; they still open. */
  previousAuthSecrets: readonly string[]
}

export type Sealer = {
  seal(text: string): Promise<string>
  /** Null if none of the secrets opens it. */
  open(sealed: string): Promise<string | null>
}

/** The secrets by number: the position of a secret never changes. The current one is the last. */
export function numberSecrets({ authSecret, previousAuthSecrets }: Secrets) {
  return [...previousAuthSecrets, authSecret].map((value, index) => ({ version: index + 1, value }))
}

/** The cipher authenticates: text that was sealed with another secret does not open. */
export function createSealer(secrets: Secrets): Sealer {
  const numbered = numberSecrets(secrets)
  const key = {
    keys: new Map(numbered.map(({ version, value }) => [version, value])),
    currentVersion: numbered.length,
  }
  return {
    seal: (data) => symmetricEncrypt({ key, data }),
    open: (data) => symmetricDecrypt({ key, data }).catch(() => null),
  }
}
