/** Describes the signing keys from their files, rows and use; never a private part. */
import type { HistoricalKey } from '#core/historical-keys.ts'
import type { Jwk } from '#core/keys.ts'
import type { KeyAttributes, StoreName } from '#federation/key-store/store.ts'
import type { SigningKey } from '#prisma/generated/client/client.ts'
import { NotFoundError } from '#server/error/operation-error.ts'
import { countWithout } from '#server/services/algorithm.ts'
import type { KeyContext } from '#server/services/signing-key/change.ts'
import { successorStore } from '#server/services/signing-key/creation.ts'
import { algorithmOf, stateOfRole } from '#server/services/signing-key/rows.ts'
import { findSuperiorFault } from '#server/services/signing-key/safety.ts'
import { findKeyUses, type KeyUse } from '#server/services/signing-key/use.ts'
import { listSuperiors, type SuperiorView } from '#server/services/superior/superiors.ts'
import type { KeyDirectory, KeyRole, ListedKey } from '#store/key-directory.ts'
import { explainReadOnly } from '#store/key-directory-access.ts'

export type SigningKeyView = {
  kid: string
  alg: string
  state: (typeof stateOfRole)[KeyRole]
  /** Relative to the key directory. */
  file: string
  jwk: Jwk
  /** Where its private part is; null for a published key, and for one that signs answers elsewhere. */
  store: StoreName | null
  /** Its history; null for a file that was added a moment ago. */
  row: SigningKey | null
  /** When no cache lacks it any more; null: not known yet. */
  usableFrom: Date | null
  /** Why the superiors make a switch to it unsafe, one sentence each. */
  superiorFaults: string[]
  /** What its store says about it, asked on demand; null: nothing, or not now. */
  attributes(): Promise<KeyAttributes | null>
  /** Counted on demand. */
  use(): Promise<KeyUse>
  /** The published subordinates of which nothing shows that they can verify its algorithm, counted on demand. */
  unsure(): Promise<number>
}

export type HistoricalKeyView = { key: HistoricalKey; use(): Promise<KeyUse> }

export type KeyViews = ReturnType<typeof createKeyView>

export function createKeyView({ db, signingKeys, now }: Pick<KeyContext, 'db' | 'signingKeys' | 'now'>) {
  /** Counts for all keys with the first call. */
  function countOnce() {
    let uses: ReturnType<typeof findKeyUses> | undefined
    return async (kid: string) => {
      uses ??= findKeyUses(db, now())
      return (await uses)(kid)
    }
  }

  /** Reads the directory again, because another process may have changed it. */
  async function listed(): Promise<SigningKeyView[]> {
    await signingKeys.refresh()
    const keys = signingKeys.current().listed
    const rows = await db.signingKey.findMany({ where: { kid: { in: keys.map(({ jwk }) => jwk.kid) } } })
    const superiors = await listSuperiors(db)
    const count = countOnce()
    return keys.map(({ jwk, role, file, store }) => {
      const { kid } = jwk
      const row = rows.find((row) => row.kid === kid) ?? null
      const isAwaited = role === 'announced' || role === 'answers'
      const known = isAwaited ? usableBelow(superiors, row, { kid, role }, now()) : usable(row)
      const alg = algorithmOf(jwk)
      const view = { kid, alg, state: stateOfRole[role], file, jwk, store, row }
      const attributes = () => signingKeys.place.stores.describe(kid)
      return { ...view, ...known, attributes, use: () => count(kid), unsure: () => countWithout(db, alg) }
    })
  }

  /** As `listed`; the key that expired last comes first. */
  async function historical(): Promise<HistoricalKeyView[]> {
    await signingKeys.refresh()
    const count = countOnce()
    const keys = signingKeys.current().historical.toSorted((a, b) => b.exp - a.exp)
    return keys.map((key) => ({ key, use: () => count(key.kid) }))
  }

  /** @throws NotFoundError with `message` */
  async function theOne(isMeant: (key: SigningKeyView) => boolean, message: string): Promise<SigningKeyView> {
    const key = (await listed()).find(isMeant)
    if (key) return key
    throw new NotFoundError(message)
  }

  return {
    listed,
    historical,
    /** Where keys can be created, and where the next one is unless an operator names another store. */
    stores() {
      const { stores } = signingKeys.place
      const current = keyOf(signingKeys.current(), 'current')
      return { available: stores.available(), preferred: successorStore(stores, current?.store) }
    },
    /** Why keys cannot be changed here; null if they can. */
    explainReadOnly: () => explainReadOnly(signingKeys.place),

    /** About private keys that other users of the host can read, one sentence each. */
    warnings: () => signingKeys.current().warnings,

    find: (kid: string) => theOne((key) => key.kid === kid, `There is no key ${kid} in the key directory.`),
    /** The current key. */
    signing: () => theOne((key) => key.state === 'CURRENT', 'The key directory has no current key.'),

    async findHistorical(kid: string): Promise<HistoricalKeyView> {
      const key = (await historical()).find(({ key }) => key.kid === kid)
      if (key) return key
      throw new NotFoundError(`There is no key ${kid} in the history.`)
    },
  }
}

const usable = (row: SigningKey | null) => ({ usableFrom: row?.usableFrom ?? null, superiorFaults: [] })

/** The latest time of our Entity Configuration and of the statements of all superiors. */
function usableBelow(
  superiors: readonly SuperiorView[],
  row: SigningKey | null,
  { kid, role }: { kid: string; role: 'announced' | 'answers' },
  now: Date,
) {
  const what = role === 'answers' ? 'key for answers' : undefined
  const faults = superiors.flatMap((superior) => findSuperiorFault(superior, kid, now, what) ?? [])
  const times = [row?.usableFrom ?? null, ...faults.map(({ safeFrom }) => safeFrom)]
  const isKnown = times.every((time) => time !== null)
  return {
    usableFrom: isKnown ? new Date(Math.max(...times.map(Number))) : null,
    superiorFaults: faults.map(({ message }) => message),
  }
}

/** The one key of a role, where there is one. */
export function keyOf({ listed }: KeyDirectory, role: 'current' | 'announced'): ListedKey | undefined {
  return listed.find((key) => key.role === role)
}
