/** Ensures that the federation's policy merges with each subordinate's, under concurrent writes (§6.1.4.1). */
import { FederationError } from '#core/errors.ts'
import { type MetadataPolicy, mergeMetadataPolicies } from '#core/metadata-policy/index.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Transaction } from '#server/database/client.ts'
import { readSettings } from '#server/database/settings.ts'
import { typedSubordinate } from '#server/database/typed-row.ts'
import { InvalidInputError, parseField } from '#server/error/operation-error.ts'

/** Checks a subordinate's policy in the transaction that writes it. @throws InvalidInputError */
export async function checkAgainstFederation(
  tx: Transaction,
  policy: MetadataPolicy | null | undefined,
): Promise<void> {
  if (!policy) return
  // The lock serializes this with a change of the federation's policy.
  await tx.$queryRaw`SELECT "id" FROM "Settings" WHERE "id" = 1 FOR SHARE`
  const { metadataPolicy } = await readSettings(tx)
  parseField('metadataPolicy', () => mergeMetadataPolicies([metadataPolicy, policy]))
}

/**
 * Checks the federation's policy in the transaction that has written, and so locked, its row. @throws InvalidInputError
 */
export async function checkAgainstSubordinates(tx: Transaction, policy: MetadataPolicy): Promise<void> {
  const own = await tx.subordinate.findMany({
    where: { metadataPolicy: { not: Prisma.DbNull } },
    select: { entityId: true, metadataPolicy: true },
  })
  for (const { entityId, metadataPolicy } of own.map(typedSubordinate)) {
    try {
      mergeMetadataPolicies([policy, metadataPolicy ?? {}])
    } catch (error) {
      if (!(error instanceof FederationError)) throw error
      throw new InvalidInputError(
        `It contradicts the policy of ${entityId}: ${error.message}`,
        'metadataPolicy',
      )
    }
  }
}
