/** Imports a Subordinate: its registration, its Entity Configuration and the issued statement about it. */
import { removeProtected } from '#core/additional-claims.ts'
import { parseEntityId } from '#core/entity-id.ts'
import {
  type EntityStatement,
  isEntityConfiguration,
  parseEntityStatement,
  protectedClaims,
} from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import { isJsonEqual } from '#core/json.ts'
import { verifySignature } from '#core/jws.ts'
import { type JwkSet, parseJwkSet } from '#core/keys.ts'
import { validityFor } from '#core/outage-budget.ts'
import { readSettings } from '#server/database/settings.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { claimsOf, kidOf, type SourceSubordinate } from '#server/import/content.ts'
import { compared, failed, type ImportContext, imported, type Outcome } from '#server/import/step.ts'
import { hoursOf } from '#server/import/trust-mark-type.ts'
import { toPublish } from '#server/publish/outbox.ts'
import { parsePatch } from '#server/services/patch.ts'
import { subordinateFields } from '#server/services/subordinate/input.ts'
import { auditView, toColumns, toDeclaredColumns } from '#server/services/subordinate/row.ts'
import { linkMarks } from '#server/services/trust-mark/holder.ts'

/** @throws FederationError, FetchError or OperationError with the reason why it cannot be imported */
export async function importSubordinate(context: ImportContext, source: SourceSubordinate): Promise<Outcome> {
  const { db, allowHttp, entityId: anchor, write, caller, isDryRun } = context
  const entityId = parseEntityId(source.entityId, { allowHttp })
  const issuer = claimsOf(source.statement)?.iss
  if (issuer !== undefined && issuer !== anchor)
    return failed(`Its statement was issued by ${issuer}, not by ${anchor}. Check TA_DOMAIN.`)
  const settings = await readSettings(db)
  const { fields, active, notes } = registrationOf(source, settings)
  const existing = await db.subordinate.findUnique({ where: { entityId } })
  if (existing) {
    const here: Record<string, unknown> = { ...existing }
    const said: Record<string, unknown> = { ...fields, ...(source.row ? { active } : {}) }
    return compared(Object.keys(said).filter((name) => !isJsonEqual(here[name] ?? null, said[name] ?? null)))
  }
  const configuration = await configurationOf(context, source, fields.jwks)
  const issued = issuedStatement(source)
  if (isDryRun) return imported(notes)
  await write(caller, async (tx) => {
    const result = await tx.subordinate.create({
      data: {
        entityId,
        ...toDeclaredColumns(configuration, context.now()),
        ...toColumns(fields),
        jwks: fields.jwks ?? configuration.claims.jwks,
        active,
        ...(source.row ? { registeredAt: source.row.registeredAt } : {}),
        ...issued?.columns,
      },
    })
    if (issued) {
      // Caches may hold the issued statement until it expires, so its key is needed that long.
      const { statementExpiresAt: until } = issued.columns
      await tx.signingKey.updateMany({
        where: { kid: issued.kid, OR: [{ statementsUntil: null }, { statementsUntil: { lt: until } }] },
        data: { statementsUntil: until },
      })
    }
    await linkMarks(tx, [result])
    return {
      action: 'importSubordinate',
      resource: entityId,
      after: auditView(result),
      publish: [toPublish('subordinate', entityId)],
      result,
    }
  })
  return imported(notes)
}

/** From PostgreSQL if given, else from the statement. */
function registrationOf({ row, statement }: SourceSubordinate, settings: Settings) {
  const claims = claimsOf(statement) ?? {}
  const further = row ? row.additionalClaims : removeProtected(claims, protectedClaims)
  const { constraints = null, ...given } = { ...(further as object | null) } as Record<string, unknown> // JSON either way
  const additional = removeProtected(given, protectedClaims)
  const dropped = Object.keys(given).filter((name) => !(name in additional))
  const hours = row?.validFor ?? hoursOf(statement) ?? settings.statementHours
  const least = settings.outageBudget === null ? 1 : validityFor(settings.outageBudget)
  const validFor = Math.max(least, Math.min(hours, settings.maximumStatementHours))
  const fields = parsePatch(
    subordinateFields,
    {
      jwks: row?.jwks ?? claims.jwks ?? null,
      forcedMetadata: emptyAsNull(row ? row.forcedMetadata : claims.metadata),
      constraints: constraints ?? claims.constraints ?? null,
      additionalClaims: emptyAsNull(additional),
      validFor,
      ...(row ? { requiredTrustMarks: row.requiredTrustMarks, autorenew: row.autorenew } : {}),
    },
    settings,
  )
  const notes = [
    ...(dropped.length > 0
      ? [`Omitted protected claims from the additional claims: ${dropped.join(', ')}.`]
      : []),
    ...(validFor === hours ? [] : [`Statements are valid for ${validFor} hours instead of ${hours}.`]),
  ]
  return { fields, active: row?.active ?? true, notes }
}

function emptyAsNull(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value ?? null
  return Object.keys(value).length > 0 ? value : null
}

/** The stored configuration, or a newly fetched one if Redis has none, as for inactive subordinates. */
async function configurationOf(
  { allowHttp, fetcher }: ImportContext,
  { entityId, configuration }: SourceSubordinate,
  jwks: JwkSet | null | undefined,
): Promise<EntityStatement> {
  const jwt = configuration ?? (await fetcher.entityConfiguration(entityId))
  const statement = parseEntityStatement(jwt, { allowHttp })
  const keys = jwks ?? parseJwkSet(statement.claims.jwks)
  await verifySignature(statement, keys, null)
  if (statement.claims.sub === entityId && isEntityConfiguration(statement)) return statement
  throw new FederationError(
    'invalid_request',
    `Its stored Entity Configuration was issued by ${statement.claims.iss} about ${statement.claims.sub}.`,
  )
}

/** The issued statement with a basis that makes the next publication sign again. Null: not a usable JWT. */
function issuedStatement({ statement }: SourceSubordinate) {
  const kid = kidOf(statement)
  const { iat, exp } = claimsOf(statement) ?? {}
  if (!kid || typeof iat !== 'number' || typeof exp !== 'number') return null
  return {
    kid,
    columns: {
      statement,
      statementBasis: `0.0.${kid}`,
      statementIssuedAt: new Date(iat * 1000),
      statementExpiresAt: new Date(exp * 1000),
    },
  }
}
