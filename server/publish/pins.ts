/**
 * The Trust Anchors that /resolve of an anchor may be asked for, with their keys: those that its operators pinned, and its
 * superiors in this installation. The keys of those are never copied: they are the ones with which the superior signs now, or soon.
 */
import type { EntityId } from '#core/entity-id.ts'
import { isJsonEqual } from '#core/json.ts'
import type { JwkSet } from '#core/keys.ts'
import type { Database } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { enqueue, toPublish } from '#server/publish/outbox.ts'
import type { SigningKeys } from '#server/publish/signing-keys.ts'
import type { Reader } from '#store/reader.ts'

/** Finds an anchor of this installation by its Entity Identifier. */
export type Hosted = (
  entityId: EntityId,
) => { db: Database; signingKeys: SigningKeys; reader: Reader } | undefined

export type Pins = Readonly<Record<EntityId, JwkSet>>

type Context = {
  db: Database
  entityId: EntityId
  /** Absent in commands, which know no other anchor. */
  hosted?: Hosted
}

/** The superiors in this installation, at any height. */
export async function readHostedSuperiors({ db, entityId, hosted }: Context): Promise<Pins> {
  const pins: Record<EntityId, JwkSet> = {}
  if (!hosted) return pins
  const found = new Set((await readSettings(db)).authorityHints)
  for (const id of found) {
    const superior = id === entityId ? undefined : hosted(id)
    if (!superior) continue
    // One without usable keys publishes nothing.
    if (superior.signingKeys.isUsable()) pins[id] = superior.signingKeys.current().statementKeys
    for (const above of (await readSettings(superior.db)).authorityHints) found.add(above)
  }
  return pins
}

export async function readPins(context: Context): Promise<Pins> {
  const { trustAnchors } = await readSettings(context.db)
  return { ...trustAnchors, ...(await readHostedSuperiors(context)) }
}

/** Publishes the pins where they are others than those that are published. */
export async function renewPins(
  context: Context & { reader: Pick<Reader, 'trustAnchors'> },
): Promise<boolean> {
  const [wanted, present] = await Promise.all([readPins(context), context.reader.trustAnchors()])
  // As Redis has them.
  const written: unknown = JSON.parse(JSON.stringify(wanted))
  if (isJsonEqual(written, Object.fromEntries(present))) return false
  await context.db.$transaction((tx) => enqueue(tx, [toPublish('trust-anchors')]))
  return true
}
