/** Between what was parsed and the row of a subordinate. */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import type { Metadata } from '#core/metadata.ts'
import type { Prisma, Subordinate } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { changedMeanwhile, NotFoundError } from '#server/error/operation-error.ts'
import type { Registration } from '#server/services/entity/examination.ts'
import { columnsOf, defaultsOf } from '#server/services/patch.ts'
import { type ParsedFields, statementFields } from '#server/services/subordinate/input.ts'

export const emptyRegistration: Registration = defaultsOf(statementFields)

/** The columns that an entity's own configuration fills. */
export function declared(statement: EntityStatement, now: Date) {
  return { ...declaredMetadata(statement), ...fetched(statement, now) }
}

/** The columns that a renewal updates; metadata recorded by an operator stays. */
export function redeclared(
  statement: EntityStatement,
  { metadataFollowsEntity }: Pick<Subordinate, 'metadataFollowsEntity'>,
  now: Date,
) {
  return metadataFollowsEntity ? declared(statement, now) : fetched(statement, now)
}

/** That it was fetched, and nothing of what it says. */
export function fetched(statement: EntityStatement, now: Date) {
  return {
    entityConfiguration: statement.jwt,
    entityConfigurationExpiresAt: new Date(statement.claims.exp * 1000),
    lastCheckedAt: now,
    lastError: null,
    failingSince: null,
  }
}

export function declaredMetadata({ claims }: EntityStatement) {
  return { ...described(claims.metadata ?? {}), metadataFollowsEntity: true }
}

/** The columns that an operator's fields fill. */
export function columns({ metadata, jwks, ...fields }: ParsedFields) {
  return {
    ...(metadata ? { ...described(metadata), metadataFollowsEntity: false } : {}),
    ...(jwks ? { jwks } : {}),
    ...columnsOf(statementFields, fields),
  }
}

/** What is known of an entity from its metadata, kept beside it so that lists need not parse it. */
function described(metadata: Metadata) {
  const entityTypes = Object.keys(metadata)
  return {
    metadata: metadata as Prisma.InputJsonObject, // parsed from JSON
    entityTypes,
    intermediate: metadata.federation_entity?.federation_fetch_endpoint !== undefined,
    displayName: displayName(metadata),
  }
}

/** The name of the service before that of the organization behind it (§5.2.2). */
export function displayName(metadata: Metadata): string | null {
  const names = ['display_name', 'client_name', 'resource_name', 'organization_name']
  for (const name of names) {
    for (const parameters of Object.values(metadata)) {
      const value = parameters[name]
      if (typeof value === 'string' && value.trim()) return value.trim().slice(0, 200)
    }
  }
  return null
}

export async function findSubordinate(db: Database | Transaction, id: number): Promise<Subordinate> {
  const row = await db.subordinate.findUnique({ where: { id } })
  if (!row) throw new NotFoundError('There is no such subordinate.', 'id')
  return row
}

/** Changes the row if it still is of that version. @throws ConflictError, at `version` when the caller sent one */
export async function updateVersion(
  tx: Transaction,
  { id, version }: Pick<Subordinate, 'id' | 'version'>,
  data: Prisma.SubordinateUpdateManyMutationInput,
  sent?: number | null,
): Promise<Subordinate> {
  const { count } = await tx.subordinate.updateMany({
    where: { id, version },
    data: { ...data, version: { increment: 1 } },
  })
  if (count === 0) throw changedMeanwhile(sent)
  return tx.subordinate.findUniqueOrThrow({ where: { id } })
}

export function setActive(tx: Transaction, id: number, active: boolean): Promise<Subordinate> {
  return tx.subordinate.update({ where: { id }, data: { active, version: { increment: 1 } } })
}

/** What the audit log keeps of a row; the JWTs follow from it. */
export function auditView(row: Subordinate): object {
  const { statement, statementBasis, entityConfiguration, ...rest } = row
  return rest
}
