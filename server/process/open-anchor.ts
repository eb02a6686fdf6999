/** Opens the anchor that a command is about, of the anchors of the installation. */
import { ConfigurationError } from '#federation/config/error.ts'
import type { KeyStores } from '#federation/key-store/stores.ts'
import type { AnchorIdentity } from '#server/anchors/anchor.ts'
import { readCommandConfig } from '#server/config/command.ts'
import { connectAnchor } from '#server/database/anchor-client.ts'
import type { Database } from '#server/database/client.ts'
import { type Installation, openInstallation } from '#server/process/installation.ts'
import { openKeyStores } from '#server/publish/stored-keys.ts'
import { anchorPlace, FIRST_ANCHOR } from '#store/anchors.ts'
import type { KeyPlace } from '#store/key-directory-change.ts'

export type ListedAnchor = AnchorIdentity & { pausedAt: Date | null }

/** The installation, with the database client of the anchor as `db`, which reaches no other one. */
export type OpenAnchor = Installation &
  AnchorIdentity & {
    allowHttp: boolean
    /** The place of its signing keys. */
    keys: KeyPlace & { stores: KeyStores }
  }

/** The first one first, the others by slug. */
export async function listAnchors({ db, config }: Installation): Promise<ListedAnchor[]> {
  const rows = await db.anchor.findMany({ orderBy: { slug: 'asc' } })
  return rows
    .map(({ slug, entityId, pausedAt }) => {
      return { slug, entityId: entityId ?? config.entityId, isFirst: slug === FIRST_ANCHOR, pausedAt }
    })
    .sort((a, b) => Number(b.isFirst) - Number(a.isFirst))
}

export const anchorDatabase = ({ pool }: Installation, slug: string): Database =>
  connectAnchor(pool, slug, slug === FIRST_ANCHOR)

/** `name` is a slug or an Entity Identifier; only an installation with one anchor needs none. @throws ConfigurationError */
export async function openAnchor(name = nameInEnvironment()): Promise<OpenAnchor> {
  const installation = await openInstallation()
  try {
    const identity = chooseAnchor(await listAnchors(installation), name)
    const place = anchorPlace(installation.config, identity.slug)
    const db = anchorDatabase(installation, identity.slug)
    const stores = openKeyStores(installation.config)
    return {
      ...installation,
      ...identity,
      db,
      allowHttp: installation.config.allowHttp,
      keys: { directory: place.keysDirectory, historicalDirectory: place.historicalKeysDirectory, stores },
      async close() {
        stores.close()
        await db.$disconnect()
        await installation.close()
      },
    }
  } catch (error) {
    await installation.close()
    throw error
  }
}

export const nameInEnvironment = () => readCommandConfig().anchor

/** By slug or Entity Identifier. */
export const findAnchor = (anchors: readonly ListedAnchor[], name: string): ListedAnchor | undefined =>
  anchors.find(({ slug, entityId }) => slug === name || entityId === name)

/** As above. @throws ConfigurationError */
export function chooseAnchor(anchors: readonly ListedAnchor[], name: string | undefined): AnchorIdentity {
  const known = anchors.map(({ slug }) => slug).join(', ')
  const [only, ...others] = anchors
  if (name === undefined) {
    if (only && others.length === 0) return only
    throw new ConfigurationError(
      `There are several anchors. Name one with --anchor or INMOR_ANCHOR: ${known}.`,
    )
  }
  const found = findAnchor(anchors, name)
  if (!found) throw new ConfigurationError(`There is no anchor ${name}. Use one of: ${known}.`)
  return found
}
