/** The signing keys as they are shown: files, rows and use put together; never a private part. */
import type { HistoricalKey } from '#core/historical-keys.ts'
import type { Jwk } from '#core/keys.ts'
import type { SigningKey } from '#prisma/generated/client/client.ts'
import { NotFoundError } from '#server/error/operation-error.ts'
import type { KeyContext } from '#server/services/signing-key/change.ts'
import { algorithmOf, stateOfRole } from '#server/services/signing-key/rows.ts'
import { findKeyUses, type KeyUse } from '#server/services/signing-key/use.ts'
import type { KeyDirectory, KeyRole, ListedKey } from '#store/key-directory.ts'
import { explainReadOnly } from '#store/key-directory-access.ts'

export type SigningKeyView = {
  kid: string
  alg: string
  state: (typeof stateOfRole)[KeyRole]
  /** Below the key directory. */
  file: string
  jwk: Jwk
  /** What is known of its past; null when it was put there a moment ago. */
  row: SigningKey | null
  /** Counted when it is asked for. */
  use(): Promise<KeyUse>
}

export type HistoricalKeyView = { key: HistoricalKey; use(): Promise<KeyUse> }

export type KeyViews = ReturnType<typeof createKeyView>

export function createKeyView({ db, signingKeys, now }: Pick<KeyContext, 'db' | 'signingKeys' | 'now'>) {
  /** Counts for all keys at once, at the first question. */
  function countOnce() {
    let uses: ReturnType<typeof findKeyUses> | undefined
    return async (kid: string) => {
      uses ??= findKeyUses(db, now())
      return (await uses)(kid)
    }
  }

  /** As the directory is now: another process may have changed it a moment ago. */
  async function listed(): Promise<SigningKeyView[]> {
    await signingKeys.refresh()
    const keys = signingKeys.current().listed
    const rows = await db.signingKey.findMany({ where: { kid: { in: keys.map(({ jwk }) => jwk.kid) } } })
    const count = countOnce()
    return keys.map(({ jwk, role, file }) => ({
      kid: jwk.kid,
      alg: algorithmOf(jwk),
      state: stateOfRole[role],
      file,
      jwk,
      row: rows.find(({ kid }) => kid === jwk.kid) ?? null,
      use: () => count(jwk.kid),
    }))
  }

  /** As `listed`. The last that was withdrawn comes first. */
  async function historical(): Promise<HistoricalKeyView[]> {
    await signingKeys.refresh()
    const count = countOnce()
    const keys = signingKeys.current().historical.toSorted((a, b) => b.exp - a.exp)
    return keys.map((key) => ({ key, use: () => count(key.kid) }))
  }

  /** @throws NotFoundError with that message */
  async function theOne(isMeant: (key: SigningKeyView) => boolean, message: string): Promise<SigningKeyView> {
    const key = (await listed()).find(isMeant)
    if (key) return key
    throw new NotFoundError(message)
  }

  return {
    listed,
    historical,
    /** Why keys cannot be changed here; null when they can. */
    explainReadOnly: () => explainReadOnly(signingKeys.place),

    find: (kid: string) => theOne((key) => key.kid === kid, `There is no key ${kid} in the key directory.`),
    /** The key that signs at present. */
    signing: () => theOne((key) => key.state === 'CURRENT', 'No key signs.'),

    async findHistorical(kid: string): Promise<HistoricalKeyView> {
      const key = (await historical()).find(({ key }) => key.kid === kid)
      if (key) return key
      throw new NotFoundError(`There is no key ${kid} in the history.`)
    },
  }
}

/** The one key of a role, where there is one. */
export function keyOf({ listed }: KeyDirectory, role: Exclude<KeyRole, 'published'>): ListedKey | undefined {
  return listed.find((key) => key.role === role)
}
