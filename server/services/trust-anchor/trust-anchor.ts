/** The Trust Anchor as a whole: what it says of itself, what holds for the federation, and its publication. */
import { parseMetadataPolicy } from '#core/metadata-policy/index.ts'
import type { Prisma, Settings } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import {
  changedMeanwhile,
  InvalidInputError,
  parseField,
  UnavailableError,
} from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { type OutboxItem, toPublish } from '#server/publish/outbox.ts'
import type { RebuildResult } from '#server/publish/rebuild.ts'
import type { AuditAction } from '#server/services/audit/action.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { parseTrustAnchorFields, type TrustAnchorFields } from '#server/services/trust-anchor/input.ts'
import { checkAgainstSubordinates } from '#server/services/trust-anchor/policy-agreement.ts'

type Version = { version?: number | null | undefined }

/** Settings from which every Subordinate Statement is made; the others stand in the Entity Configuration only. */
const statementSettings = [
  'constraints',
  'statementHours',
  'maximumStatementHours',
  'metadataPolicy',
] as const

export function createTrustAnchorService(context: ServiceContext) {
  const { db, entityId, publisher, publishing, write } = context

  async function change(
    caller: Caller,
    action: AuditAction,
    data: Prisma.SettingsUpdateInput,
    { version }: Version,
    check: (tx: Transaction) => Promise<void> = async () => {},
  ) {
    const before = await readSettings(db)
    const touchesStatements = statementSettings.some((name) => data[name] !== undefined)
    return write(caller, async (tx) => {
      const { count } = await tx.settings.updateMany({
        where: { id: 1, version: version ?? before.version },
        data: {
          ...(data as Prisma.SettingsUpdateManyMutationInput), // plain values, no relations
          version: { increment: 1 },
          ...(touchesStatements ? { statementVersion: { increment: 1 } } : {}),
        },
      })
      if (count === 0) throw changedMeanwhile(version)
      await check(tx)
      const after = await readSettings(tx)
      return {
        action,
        resource: entityId,
        before,
        after,
        publish: topicsOf(data, touchesStatements),
        result: after,
      }
    })
  }

  return {
    settings: (): Promise<Settings> => readSettings(db),

    /** @throws InvalidInputError, ConflictError */
    async update(caller: Caller, input: TrustAnchorFields & Version): Promise<Settings> {
      const data = parseTrustAnchorFields(input, context)
      const { statementHours, maximumStatementHours } = { ...(await readSettings(db)), ...data }
      if (Number(statementHours) > Number(maximumStatementHours)) {
        throw new InvalidInputError(
          'statementHours must not be above maximumStatementHours.',
          'statementHours',
        )
      }
      return change(caller, 'updateTrustAnchor', data, input)
    },

    /** The policy of the whole federation; refused when it contradicts that of a subordinate. */
    async updatePolicy(caller: Caller, input: { metadataPolicy: unknown } & Version): Promise<Settings> {
      const metadataPolicy = parseField('metadataPolicy', () =>
        parseMetadataPolicy(input.metadataPolicy ?? {}, { path: ['metadataPolicy'] }),
      )
      const data = { metadataPolicy: metadataPolicy as Prisma.InputJsonObject } // parsed from JSON
      return change(caller, 'updateFederationPolicy', data, input, (tx) =>
        checkAgainstSubordinates(tx, metadataPolicy),
      )
    },

    /** Signs and publishes the Entity Configuration and the historical keys anew. */
    async regenerateEntityConfiguration(caller: Caller): Promise<Settings> {
      return write(caller, async (tx) => ({
        action: 'regenerateEntityConfiguration',
        resource: entityId,
        publish: [toPublish('entity-configuration'), toPublish('historical-keys')],
        result: await readSettings(tx),
      }))
    },

    /** The history is published whenever it changes; this is for certainty. */
    async publishHistoricalKeys(caller: Caller): Promise<void> {
      await write(caller, async () => ({
        action: 'publishHistoricalKeys',
        resource: entityId,
        publish: [toPublish('historical-keys')],
        result: undefined,
      }))
    },

    /** Writes everything anew beside what is published, and swaps. @throws UnavailableError when Redis is away */
    async rebuildPublication(caller: Caller): Promise<RebuildResult> {
      const result = await publisher.rebuild().catch((error: unknown) => {
        if (publishing.redis.status === 'ready') throw error
        throw new UnavailableError('Redis cannot be reached; what is pending is published when it is back.')
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

function topicsOf(data: Prisma.SettingsUpdateInput, touchesStatements: boolean): OutboxItem[] {
  return [
    toPublish('entity-configuration'),
    ...(touchesStatements ? [toPublish('subordinates')] : []),
    ...(data.trustAnchors === undefined ? [] : [toPublish('trust-anchors')]),
  ]
}
