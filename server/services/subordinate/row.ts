/** Converts parsed input to the row of a subordinate. */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import type { Metadata } from '#core/metadata.ts'
import type { Prisma, Subordinate } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { createVersionConflict, NotFoundError } from '#server/error/operation-error.ts'
import { tagKey } from '#server/services/annotation.ts'
import { displayName } from '#server/services/entity/display-name.ts'
import type { Registration } from '#server/services/entity/examination.ts'
import { columnsOf, defaultsOf } from '#server/services/patch.ts'
import { type ParsedFields, statementFields, subordinateFields } from '#server/services/subordinate/input.ts'
import { toProblemColumns } from '#server/services/subordinate/problem.ts'

export const emptyRegistration: Registration = defaultsOf(statementFields)

/** The columns from the entity's own configuration. */
export function toDeclaredColumns(statement: EntityStatement, now: Date) {
  return { ...declaredMetadata(statement), ...fetched(statement, now) }
}

/** The columns that a renewal updates; metadata recorded by an operator stays. */
export function toRenewedColumns(
  statement: EntityStatement,
  { metadataFollowsEntity }: Pick<Subordinate, 'metadataFollowsEntity'>,
  now: Date,
) {
  return metadataFollowsEntity ? toDeclaredColumns(statement, now) : fetched(statement, now)
}

/** The columns of a configuration that passed every check. */
function fetched(statement: EntityStatement, now: Date) {
  return { ...toConfigurationColumns(statement), ...toProblemColumns(noProblem, [], now) }
}

const noProblem = { failingSince: null, unresolvableSince: null }

export function toConfigurationColumns({ jwt, claims }: EntityStatement) {
  return { entityConfiguration: jwt, entityConfigurationExpiresAt: new Date(claims.exp * 1000) }
}

export function declaredMetadata({ claims }: EntityStatement) {
  return { ...described(claims.metadata ?? {}), metadataFollowsEntity: true }
}

/** Each of the other fields is one column of its name. */
const { metadata: _, jwks: _keys, tags: _tags, ...plainFields } = subordinateFields

/** The columns from an operator's fields. */
export function toColumns({ metadata, jwks, tags, ...fields }: ParsedFields) {
  return {
    ...(metadata ? { ...described(metadata), metadataFollowsEntity: false } : {}),
    ...(jwks ? { jwks } : {}),
    ...columnsOf(plainFields, fields),
    ...(tags ? { tags, tagKeys: tags.map(tagKey) } : {}),
  }
}

/** Facts from an entity's metadata, stored for lists. */
function described(metadata: Metadata) {
  const entityTypes = Object.keys(metadata)
  return {
    metadata: metadata as Prisma.InputJsonObject, // parsed from JSON
    entityTypes,
    intermediate: metadata.federation_entity?.federation_fetch_endpoint !== undefined,
    displayName: displayName(metadata),
  }
}

export async function findSubordinate(db: Database | Transaction, id: number): Promise<Subordinate> {
  const row = await db.subordinate.findUnique({ where: { id } })
  if (!row) throw new NotFoundError('There is no such subordinate.', 'id')
  return row
}

/** Counts a change that leaves the statement as it is. */
export const unsigned = { unsignedChanges: { increment: 1 } }

/** Changes the row if its version is unchanged. @throws ConflictError, at `version` if the caller sent one */
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
  if (count === 0) throw createVersionConflict(sent)
  return tx.subordinate.findUniqueOrThrow({ where: { id } })
}

export function setActive(tx: Transaction, id: number, active: boolean): Promise<Subordinate> {
  return tx.subordinate.update({ where: { id }, data: { active, version: { increment: 1 } } })
}

/** The columns for the audit log; the others follow from them. */
export function auditView(row: Subordinate): object {
  const { statement, statementBasis, statementDueAt, entityConfiguration, ...others } = row
  const { tagKeys, searchText, unnamedAlgorithms, hasEndingKeys, unsignedChanges, ...rest } = others
  return rest
}
