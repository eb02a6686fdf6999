/** Creates, lists and revokes API keys. */
import { generateRandomString } from 'better-auth/crypto'
import type { Apikey, Prisma } from '#prisma/generated/client/client.ts'
import { API_KEY_PREFIX } from '#server/auth/credential.ts'
import { hashOfKey, type KeyMetadata } from '#server/auth/key-holders.ts'
import { findUser } from '#server/auth/user-row.ts'
import type { Clock } from '#server/clock.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { InvalidInputError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { Role } from '#server/identity/roles.ts'
import { recordChange } from '#server/services/write.ts'

const KEY_LENGTH = 64
/** Leading characters kept in clear, to recognize a hashed key. */
const SHOWN_LENGTH = 12
const MAXIMUM_NAME_LENGTH = 64
const DEFAULT_DAYS = 365
const MAXIMUM_DAYS = 3650
const DAY_MS = 86_400_000

export type NewApiKey = {
  username: string
  keyName: string
  role?: Role
  /** The only anchor in which it is valid, by slug or Entity Identifier. */
  anchor?: string
  /** Until it expires; absent: one year; null: never. */
  days?: number | null
}

export function createApiKeys(db: Database, now: Clock) {
  return {
    /** The key itself is returned once and never stored. */
    async createApiKey(caller: Caller, input: NewApiKey): Promise<{ id: string; key: string }> {
      const { username, keyName, role, days = DEFAULT_DAYS } = input
      checkName(keyName)
      checkDays(days)
      const key = `${API_KEY_PREFIX}${generateRandomString(KEY_LENGTH, 'a-z', 'A-Z')}`
      const createdAt = now()
      const wanted = days !== null ? new Date(createdAt.getTime() + days * DAY_MS) : null
      const id = await recordChange(db, caller, async (tx) => {
        const owner = await findUser(tx, username)
        if (owner.role === null && (await tx.anchorRole.count({ where: { userId: owner.id } })) === 0)
          throw new InvalidInputError(`${username} has no role, and a key has none without.`, 'username')
        const anchor = input.anchor === undefined ? {} : { anchor: await slugOf(tx, input.anchor) }
        const parent = caller.apiKey ? await findMaker(tx, caller.apiKey.id) : null
        const expiresAt = parent ? limitExpiry(wanted, parent.expiresAt, input) : wanted
        // A key that a key makes is known to who knows that one: to a person who is unknown, if that is so.
        const createdBy = caller.method === 'api_key' ? caller.keyCreatedBy : caller.name
        const metadata: KeyMetadata = {
          ...(role ? { role } : {}),
          ...anchor,
          ...(createdBy === undefined ? {} : { createdBy }),
        }
        const { id } = await tx.apikey.create({
          data: {
            id: generateRandomString(32),
            name: keyName,
            start: key.slice(0, SHOWN_LENGTH),
            prefix: API_KEY_PREFIX,
            key: hashOfKey(key),
            referenceId: owner.id,
            rateLimitEnabled: false,
            expiresAt,
            metadata: JSON.stringify(metadata),
            parentId: parent?.id ?? null,
            createdAt,
            updatedAt: createdAt,
          },
        })
        return {
          action: 'createApiKey',
          resource: `${owner.username}/${keyName}`,
          after: { role: role ?? owner.role, ...anchor, expiresAt },
          result: id,
        }
      })
      return { id, key }
    },

    async listApiKeys() {
      const keys = await db.apikey.findMany({ orderBy: { createdAt: 'asc' } })
      const users = await db.user.findMany({ where: { id: { in: keys.map((key) => key.referenceId) } } })
      const names = new Map(users.map((user) => [user.id, user.username]))
      return keys.map((key) => ({ ...key, username: names.get(key.referenceId) ?? null }))
    },

    async revokeApiKey(caller: Caller, id: string): Promise<void> {
      await recordChange(db, caller, async (tx) => {
        const key = await tx.apikey.findUnique({ where: { id } })
        if (!key) throw new NotFoundError(`There is no API key ${id}.`, 'id')
        const owner = await tx.user.findUnique({ where: { id: key.referenceId } })
        const apiKeysRevoked = await revokeKeys(tx, { id })
        return {
          action: 'revokeApiKey',
          resource: `${owner?.username ?? key.referenceId}/${key.name ?? id}`,
          before: { enabled: key.enabled },
          after: { enabled: false, apiKeysRevoked },
          result: null,
        }
      })
    },
  }
}

/** Revokes keys, and those that they have made. Returns how many were not revoked before. */
export async function revokeKeys(tx: Transaction, which: Prisma.ApikeyWhereInput): Promise<number> {
  const revoked = await tx.apikey.updateManyAndReturn({
    where: { AND: [which, { OR: [{ enabled: true }, { enabled: null }] }] },
    data: { enabled: false },
    select: { id: true },
  })
  if (revoked.length === 0) return 0
  return revoked.length + (await revokeKeys(tx, { parentId: { in: revoked.map(({ id }) => id) } }))
}

/** The key that makes another one. Its revocation waits until both are there. @throws NotFoundError */
async function findMaker(tx: Transaction, id: string): Promise<Apikey> {
  await tx.$queryRaw`SELECT 1 FROM "Apikey" WHERE "id" = ${id} FOR SHARE`
  const key = await tx.apikey.findUnique({ where: { id } })
  if (!key || key.enabled === false) throw new NotFoundError('This API key was revoked. Use another one.')
  return key
}

/** No later than that of the key that makes it. @throws InvalidInputError for a longer time that was asked for */
function limitExpiry(wanted: Date | null, limit: Date | null, { days }: NewApiKey): Date | null {
  if (limit === null || (wanted !== null && wanted <= limit)) return wanted
  if (days === undefined) return limit
  throw new InvalidInputError(
    `The API key that makes it ends at ${limit.toISOString()}, and ends what it has made. Give fewer days, or create the key in the console.`,
    'days',
  )
}

/** @throws InvalidInputError */
async function slugOf(tx: Transaction, name: string): Promise<string> {
  const anchor = await tx.anchor.findFirst({ where: { OR: [{ slug: name }, { entityId: name }] } })
  if (!anchor) throw new InvalidInputError(`There is no anchor ${name.slice(0, 100)}.`, 'anchor')
  return anchor.slug
}

function checkName(name: string): void {
  if (name.trim().length > 0 && name.length <= MAXIMUM_NAME_LENGTH) return
  throw new InvalidInputError(`The name must have 1 to ${MAXIMUM_NAME_LENGTH} characters.`, 'name')
}

function checkDays(days: number | null): void {
  if (days === null || (Number.isInteger(days) && days >= 1 && days <= MAXIMUM_DAYS)) return
  throw new InvalidInputError(`days must be from 1 to ${MAXIMUM_DAYS}.`, 'days')
}
