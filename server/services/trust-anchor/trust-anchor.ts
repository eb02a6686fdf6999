/** The Trust Anchor: its settings, the federation's settings, and publication. */
import { readSettings } from '#server/database/settings.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { createVersionConflict, UnavailableError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { type OutboxItem, toPublish } from '#server/publish/outbox.ts'
import type { RebuildResult } from '#server/publish/rebuild.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import type { PublishingDeps, ServiceContext } from '#server/services/context.ts'
import { columnsOf, type Patch, parsePatch } from '#server/services/patch.ts'
import { type SettingFields, settingFields } from '#server/services/trust-anchor/input.ts'
import { checkSettings, checkSettingsAgainstRows } from '#server/services/trust-anchor/settings-check.ts'
import { explainRefusedWrite } from '#store/outage.ts'

type Version = { version?: number | null | undefined }

/** Settings that every Subordinate Statement contains; the others are in the Entity Configuration only. */
const statementSettings = [
  'constraints',
  'statementHours',
  'maximumStatementHours',
  'metadataPolicy',
] as const

/** Settings for the operators only. */
const unpublishedSettings: readonly string[] = [
  'displayName',
  'environment',
  'color',
  'checkMinutes',
  'runRetentionDays',
  'auditRetentionDays',
  'outageBudget',
  'historyRetentionDays',
] satisfies (keyof SettingFields)[]

export function createTrustAnchorService(context: ServiceContext & PublishingDeps) {
  const { db, entityId, publisher, publishing, write } = context

  /** @throws InvalidInputError, ConflictError */
  async function change(
    caller: Caller,
    action: AuditAction,
    { version, ...input }: SettingFields & Version,
  ): Promise<Settings> {
    const before = await readSettings(db)
    const patch = parsePatch(settingFields, input, context)
    checkSettings(before, patch)
    const touchesStatements = statementSettings.some((name) => patch[name] !== undefined)
    return write(caller, async (tx) => {
      const { count } = await tx.settings.updateMany({
        where: { id: 1, version: version ?? before.version },
        data: {
          ...columnsOf(settingFields, patch),
          version: { increment: 1 },
          ...(touchesStatements ? { statementVersion: { increment: 1 } } : {}),
        },
      })
      if (count === 0) throw createVersionConflict(version)
      await checkSettingsAgainstRows(tx, patch)
      const after = await readSettings(tx)
      return {
        action,
        resource: entityId,
        before,
        after,
        publish: topicsOf(patch, touchesStatements),
        result: after,
      }
    })
  }

  return {
    settings: (): Promise<Settings> => readSettings(db),

    update: (caller: Caller, input: Omit<SettingFields, 'metadataPolicy'> & Version) =>
      change(caller, 'updateTrustAnchor', input),

    /** Sets the federation's policy; refused if it contradicts that of a subordinate. */
    updatePolicy: (caller: Caller, input: Pick<SettingFields, 'metadataPolicy'> & Version) =>
      change(caller, 'updateFederationPolicy', input),

    /** Signs the Entity Configuration and the historical keys again and republishes them. */
    async regenerateEntityConfiguration(caller: Caller): Promise<Settings> {
      return write(caller, async (tx) => ({
        action: 'regenerateEntityConfiguration',
        resource: entityId,
        publish: [toPublish('entity-configuration'), toPublish('historical-keys')],
        result: await readSettings(tx),
      }))
    },

    /** Changes are published automatically; use this to force it. */
    async publishHistoricalKeys(caller: Caller): Promise<void> {
      await write(caller, async () => ({
        action: 'publishHistoricalKeys',
        resource: entityId,
        publish: [toPublish('historical-keys')],
        result: undefined,
      }))
    },

    /** Republishes everything beside the published data, then swaps. @throws UnavailableError when Redis is unreachable */
    async rebuildPublication(caller: Caller): Promise<RebuildResult> {
      const result = await publisher.rebuild().catch((error: unknown) => {
        const refused = explainRefusedWrite(error)
        if (refused) throw new UnavailableError(`${refused} Pending changes are published afterwards.`)
        if (publishing.redis.status === 'ready') throw error
        throw new UnavailableError('Redis cannot be reached. Pending changes are published when it is back.')
      })
      await write(caller, async () => ({
        action: 'rebuildPublication',
        resource: entityId,
        after: result,
        result: undefined,
      }))
      return result
    },
  }
}

export type TrustAnchorService = ReturnType<typeof createTrustAnchorService>

function topicsOf(patch: Patch<typeof settingFields>, touchesStatements: boolean): OutboxItem[] {
  if (Object.keys(patch).every((name) => unpublishedSettings.includes(name))) return []
  return [
    toPublish('entity-configuration'),
    ...(touchesStatements ? [toPublish('subordinates')] : []),
    // A superior in this installation is a pinned anchor, too.
    ...(patch.trustAnchors === undefined && patch.authorityHints === undefined
      ? []
      : [toPublish('trust-anchors')]),
  ]
}
