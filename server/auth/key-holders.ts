/**
 * Finds the holder of an API key, and remembers it for a second, so that the next requests with the key read and write
 * nothing. Changes of users and keys are announced to every process (live/events.ts); the second is for those that are lost,
 * and for those of the command line.
 */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { type Caller, inInstallation } from '#server/identity/caller.ts'
import { isRole, type Role, roles } from '#server/identity/roles.ts'

/** Milliseconds, from the begin of the look-up: longer, no right outlives its end. */
const MAXIMUM_AGE = 1_000
/** Least recently used ones are looked up again. Keys that are not valid are never remembered. */
const MAXIMUM_REMEMBERED = 1_000
/** Milliseconds between two writes of when a key was used. */
const USE_INTERVAL = 60_000

type Found = {
  caller: Caller
  key: { id: string; expiresAt: Date | null; lastRequest: Date | null }
}

export type KeyHolders = {
  /** Null: no valid key, or an owner who is locked out or has no role. Notes the use of the key, at most once a minute. */
  find(key: string): Promise<Caller | null>
  /** The same as it is now, without a note. */
  read(key: string): Promise<Caller | null>
  /** Forgets all, because some of it has changed. */
  forget(): void
}

/** API keys have enough randomness for a hash without salt. */
export const hashOfKey = (key: string): string => createHash('sha256').update(key).digest('base64url')

export function createKeyHolders({ db, now }: { db: Database; now: Clock }): KeyHolders {
  const remembered = new LRUCache<string, Promise<Found | null>>({
    max: MAXIMUM_REMEMBERED,
    ttl: MAXIMUM_AGE,
  })

  const isExpired = ({ expiresAt }: Found['key']) => expiresAt !== null && expiresAt <= now()

  /** Checks the owner as well: a key must not outlive its owner's rights. */
  async function read(hash: string): Promise<Found | null> {
    const key = await db.apikey.findFirst({ where: { key: hash } })
    if (!key || key.enabled === false || isExpired(key)) return null
    const owner = await db.user.findUnique({ where: { id: key.referenceId } })
    if (!owner || owner.banned) return null
    const installation = isRole(owner.role) ? owner.role : null
    const anchors = await rolesInAnchors(db, owner.id)
    if (installation === null && anchors.size === 0) return null
    const { role: limit = null, anchor: only = null, createdBy } = parseKeyMetadata(key.metadata)
    const caller = inInstallation({
      name: owner.username ?? owner.email,
      displayName: owner.name,
      email: owner.email,
      role: installation,
      ...(anchors.size > 0 || only || limit ? { grants: { installation, anchors, only, limit } } : {}),
      method: 'api_key',
      apiKey: { id: key.id, label: `${key.name ?? key.id} (${key.start ?? ''})` },
      ...(createdBy === undefined ? {} : { keyCreatedBy: createdBy }),
    })
    return { caller, key }
  }

  /** The condition is for other processes. A use that cannot be written, as on a full disk, must not refuse the request. */
  async function noteUse({ id, lastRequest }: Found['key']): Promise<void> {
    const due = new Date(now().getTime() - USE_INTERVAL)
    if (lastRequest && lastRequest > due) return
    const where = { id, OR: [{ lastRequest: null }, { lastRequest: { lte: due } }] }
    await db.apikey.updateMany({ where, data: { lastRequest: now() } }).catch(() => undefined)
  }

  async function lookUp(hash: string): Promise<Found | null> {
    const found = await read(hash)
    if (found) void noteUse(found.key) // a request must not wait for a lock on the row
    return found
  }

  /** Requests at the same time share the look-up, also one that fails. */
  function remember(hash: string): Promise<Found | null> {
    const found = lookUp(hash)
    remembered.set(hash, found)
    const forgetThis = () => void (remembered.peek(hash) === found && remembered.delete(hash))
    found.then((is) => is ?? forgetThis(), forgetThis)
    return found
  }

  return {
    async find(key) {
      const hash = hashOfKey(key)
      const found = await (remembered.get(hash) ?? remember(hash))
      return found && !isExpired(found.key) ? found.caller : null
    },
    read: async (key) => (await read(hashOfKey(key)))?.caller ?? null,
    forget: () => remembered.clear(),
  }
}

/** By slug. */
export async function rolesInAnchors(db: Database, userId: string): Promise<Map<string, Role>> {
  const rows = await db.anchorRole.findMany({ where: { userId } })
  return new Map(rows.flatMap(({ anchorSlug, role }) => (isRole(role) ? [[anchorSlug, role]] : [])))
}

/** A lower role than the owner's, the only anchor in which the key is valid, and who made it. */
const keyMetadata = z.object({
  role: z.enum(roles).optional(),
  anchor: z.string().optional(),
  createdBy: z.string().optional(),
})

export type KeyMetadata = z.infer<typeof keyMetadata>

/** JSON text, which an earlier version encoded twice. @throws ZodError if the limits cannot be read */
export function parseKeyMetadata(metadata: string | null): KeyMetadata {
  let value: unknown = metadata
  for (let unwrapped = 0; typeof value === 'string' && unwrapped < 2; unwrapped++) value = JSON.parse(value)
  return keyMetadata.parse(value ?? {})
}
