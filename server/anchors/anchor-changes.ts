/** Creates, pauses and removes anchors: each change is one transaction with its audit entry. */
import { parseEntityId } from '#core/entity-id.ts'
import type { SigningAlgorithm } from '#core/keys.ts'
import { findPlaceFault } from '#federation/anchors/place.ts'
import { KeyStoreError } from '#federation/key-store/store.ts'
import { createAnchorTables, retireAnchorTables, schemaOf } from '#prisma/anchor-schema.ts'
import type { Anchor as Row } from '#prisma/generated/client/client.ts'
import { migrationNames } from '#prisma/migrate.ts'
import { plural } from '#server/alerts/alert.ts'
import type { Anchor, Installation } from '#server/anchors/anchor.ts'
import { joinSuperior } from '#server/anchors/anchor-links.ts'
import type { Anchors } from '#server/anchors/anchors.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import {
  ConflictError,
  InvalidInputError,
  KeyDirectoryReadOnlyError,
  NotFoundError,
  parseField,
  UnavailableError,
} from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import { giveUp } from '#server/services/organization/home.ts'
import { columnsOf, type Input, parsePatch } from '#server/services/patch.ts'
import { requireApprovalBefore } from '#server/services/protection/approval.ts'
import { settingFields } from '#server/services/trust-anchor/input.ts'
import { requireSlug } from '#server/services/trust-anchor/slug.ts'
import { recordChange } from '#server/services/write.ts'
import { anchorPlace, FIRST_ANCHOR } from '#store/anchors.ts'
import { KeyFileError, readKeyDirectory } from '#store/key-directory.ts'
import { explainReadOnly } from '#store/key-directory-access.ts'
import { generateKey } from '#store/key-generation.ts'
import { scanKeys } from '#store/scan.ts'

/** What operators say about an anchor when they create it. */
const { displayName, environment, color } = settingFields
const appearance = { displayName, environment, color }

export type NewAnchor = Input<typeof appearance> & {
  slug: string
  entityId: string
  /** The algorithm of its first signing key, if its key directory has none; ES256 by default. */
  alg?: SigningAlgorithm | null | undefined
  /** The anchor under which it becomes an Intermediate. */
  superior?: string | null | undefined
}

export type AnchorChanges = {
  /** Its tables and keys are made, and it runs. @throws InvalidInputError, ConflictError, KeyDirectoryReadOnlyError */
  create(caller: Caller, input: NewAnchor): Promise<Anchor>
  /** Makes it an Intermediate under another anchor here. @throws NotFoundError, ConflictError, EntityRejectedError */
  join(caller: Caller, name: string, superior: string): Promise<Anchor>
  /** Its endpoints answer 503 until it is resumed. @throws NotFoundError, ConflictError */
  pause(caller: Caller, name: string): Promise<Anchor>
  /** @throws NotFoundError, ConflictError */
  resume(caller: Caller, name: string): Promise<Anchor>
  /** Its key directory stays, and the history of what it published. @throws NotFoundError; ConflictError while it has members, types or marks */
  remove(caller: Caller, name: string): Promise<Row>
}

export function createAnchorChanges(installation: Installation, anchors: Anchors): AnchorChanges {
  const { db, config, keyStores, queues, redis, log, now } = installation

  function find(name: string, field: 'anchor' | 'superior' = 'anchor') {
    const anchor = anchors.find(name)
    if (!anchor) throw new NotFoundError(`There is no anchor ${name.slice(0, 100)}.`, field)
    return anchor
  }

  /** It takes several transactions, of which the last could be refused. @throws ApprovalRequiredError */
  function requireJoinable(caller: Caller, superior: { entityId: string }, entityId: string) {
    const after = { superior: superior.entityId }
    return requireApprovalBefore(db, caller, { action: 'makeIntermediate', resource: entityId, after })
  }

  function requireRunning(slug: string): Anchor {
    const { running, fault } = find(slug)
    if (!running) throw new UnavailableError(`The anchor ${slug} cannot start. ${fault ?? ''}`)
    return running
  }

  /** @throws ConflictError if it is so already */
  async function setPaused(caller: Caller, name: string, action: AuditAction, pausedAt: Date | null) {
    const { slug, entityId } = find(name)
    await recordChange(db, caller, async (tx) => {
      const where = { slug, pausedAt: pausedAt === null ? { not: null } : null }
      const before = await tx.anchor.findUniqueOrThrow({
        where: { slug },
        select: { slug: true, pausedAt: true },
      })
      const { count } = await tx.anchor.updateMany({ where, data: { pausedAt } })
      if (count === 0)
        throw new ConflictError(`It is ${pausedAt === null ? 'not paused' : 'paused already'}.`, 'anchor')
      return { action, resource: entityId, before, after: { slug, pausedAt }, result: undefined }
    })
    await anchors.refresh()
    return requireRunning(slug)
  }

  return {
    async create(caller, { slug, entityId, alg, superior, ...look }) {
      const above = superior == null ? null : find(superior, 'superior')
      requireSlug(slug)
      parseField('entityId', () => parseEntityId(entityId, { allowHttp: config.allowHttp }))
      const columns = columnsOf(appearance, parsePatch(appearance, look, {}))
      if (anchors.find(slug)) throw new ConflictError(`There is an anchor ${slug} already.`, 'slug')
      const fault = findPlaceFault({ slug, entityId }, anchors.list())
      if (fault) throw new ConflictError(fault, 'entityId')
      const created = {
        action: 'createTrustAnchor',
        resource: entityId,
        after: { slug, ...look, ...(above ? { superior: above.entityId } : {}) },
      } as const
      await requireApprovalBefore(db, caller, created)
      if (above) await requireJoinable(caller, above, entityId)
      await ensureKeys(slug, alg ?? 'ES256')
      const names = await migrationNames()
      await queues.remove(slug) // of a removal that was interrupted, as its data
      await recordChange(db, caller, async (tx) => {
        // First, so that another process that creates it waits here.
        await tx.anchor.create({ data: { slug, entityId } })
        await dropData(tx, slug, now())
        const migration = await createAnchorTables((sql) => tx.$executeRawUnsafe(sql), slug, names)
        await tx.anchor.update({ where: { slug }, data: { migration } })
        await writeAppearance(tx, slug, columns)
        return { ...created, result: undefined }
      })
      await anchors.refresh()
      if (superior == null) return requireRunning(slug)
      try {
        return await this.join(caller, slug, superior)
      } catch (error) {
        await this.remove(caller, slug)
        throw error
      }
    },

    async join(caller, name, superior) {
      const anchor = requireRunning(find(name).slug)
      const above = requireRunning(find(superior, 'superior').slug)
      await requireJoinable(caller, above, anchor.entityId)
      const all = anchors.list().flatMap(({ running }) => running ?? [])
      await joinSuperior(caller, anchor, above, all)
      return anchor
    },

    pause: (caller, name) => setPaused(caller, name, 'pauseTrustAnchor', now()),
    resume: (caller, name) => setPaused(caller, name, 'resumeTrustAnchor', null),

    async remove(caller, name) {
      const { slug, entityId, running } = find(name)
      if (slug === FIRST_ANCHOR)
        throw new ConflictError('This is the configured anchor. It cannot be removed.', 'anchor')
      if (running) await requireEmpty(running)
      const row = await recordChange(db, caller, async (tx) => {
        await giveUp(tx, slug)
        const result = await tx.anchor.delete({ where: { slug } })
        return { action: 'removeTrustAnchor', resource: entityId, before: { slug }, result }
      })
      // Processes stop what they run of it before its tables go.
      await anchors.refresh()
      await dropData(db, slug, now())
      await queues.remove(slug)
      // What stays in Redis is not served.
      await removePublished(slug).catch((err) => log.warn({ err, anchor: slug }, 'its keys in Redis stay'))
      return row
    },
  }

  /** A key directory that an operator prepared stays as it is. @throws KeyDirectoryReadOnlyError, ConflictError */
  async function ensureKeys(slug: string, alg: SigningAlgorithm): Promise<void> {
    const { keysDirectory: directory, historicalKeysDirectory: historicalDir } = anchorPlace(config, slug)
    try {
      await readKeyDirectory(directory, { historicalDir, stores: keyStores })
      return
    } catch (error) {
      if (!(error instanceof KeyFileError)) throw error
    }
    try {
      await generateKey(keyStores, directory, { alg, store: keyStores.preferred })
    } catch (error) {
      if (error instanceof KeyStoreError) {
        throw error.kind === 'refused'
          ? new InvalidInputError(error.message, 'alg')
          : new UnavailableError(error.message)
      }
      if (!(error instanceof KeyFileError)) throw error
      const base = { directory: config.keysDirectory, historicalDirectory: config.historicalKeysDirectory }
      const reason = await explainReadOnly(base)
      throw reason === null ? new ConflictError(error.message, 'slug') : new KeyDirectoryReadOnlyError(reason)
    }
  }

  async function removePublished(slug: string): Promise<void> {
    const { redisKeyPrefix } = anchorPlace(config, slug)
    for await (const keys of scanKeys(redis, `${redisKeyPrefix}inmor:*`)) {
      if (keys.length > 0) await redis.unlink(...keys)
    }
  }
}

/** Its tables but for the history, and the queue that it had in an earlier version. */
async function dropData(db: Database | Transaction, slug: string, now: Date): Promise<void> {
  await retireAnchorTables((sql) => db.$executeRawUnsafe(sql), slug, now)
  await db.$executeRawUnsafe(`DROP SCHEMA IF EXISTS "jobs_${slug.replaceAll('-', '_')}" CASCADE`)
}

async function writeAppearance(tx: Transaction, slug: string, columns: object): Promise<void> {
  const { displayName = null, environment = null, color = null } = columns as Record<string, string | null> // texts
  await tx.$executeRawUnsafe(
    `UPDATE "${schemaOf(slug)}"."Settings" SET "displayName" = $1, "environment" = $2, "color" = $3`,
    displayName,
    environment,
    color,
  )
}

/** @throws ConflictError */
async function requireEmpty({ db }: Anchor): Promise<void> {
  const [subordinates, types] = await Promise.all([db.subordinate.count(), db.trustMarkType.count()])
  if (subordinates + types === 0) return
  const left = `${plural(subordinates, 'subordinate')} and ${plural(types, 'Trust Mark type')}`
  throw new ConflictError(`It still has ${left}. Remove them first.`, 'anchor')
}
