/** Signs Subordinate Statements whose inputs have changed, and stores them. */
import { ENTITY_STATEMENT_TYP } from '#core/entity-statement/index.ts'
import { decodeJwt, type Signer, signJwt } from '#core/jws.ts'
import { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { toNumbers } from '#server/database/numbers.ts'
import { type Settings, typedSubordinate } from '#server/database/typed-row.ts'
import { isFromFuture, latestIssue } from '#server/publish/age.ts'
import { subordinateStatementClaims } from '#server/publish/build.ts'
import { firstListedEnd, listsEndedKey } from '#server/publish/published-keys.ts'
import { type SubordinateRow, unixTime } from '#server/publish/subordinate-row.ts'

type Context = { db: Database; entityId: string; settings: Settings; signer: Signer; now: number }

/** What decides whether a statement is current. */
export type CurrencyContext = {
  entityId: string
  settings: Pick<Settings, 'statementVersion'>
  signer: Pick<Signer, 'kid'>
  now: number
}

/** What a statement depends on; a statement of another basis is signed again. */
const basis = (row: Versions, context: BasisContext) => `${signedVersion(row)}${basisEnd(context)}`

/** What is the same for all that are signed now. */
const basisEnd = ({ settings, signer }: BasisContext) => `.${settings.statementVersion}.${signer.kid}`

type BasisContext = Pick<CurrencyContext, 'settings' | 'signer'>

/** Without those that are signed again in any case, which a rebuild need not read. */
export const readableStatement = (context: BasisContext) => Prisma.sql`
  CASE WHEN "statementBasis" = ("version" - "unsignedChanges") || ${basisEnd(context)} THEN "statement" END`

type Versions = Pick<SubordinateRow, 'version' | 'unsignedChanges'>

/** The changes that a statement follows. A change of only note and tags leaves it as it is. */
export const signedVersion = ({ version, unsignedChanges }: Versions) => version - unsignedChanges

/** The stored columns of a signature: all are set, or none. */
type Signature = Pick<SubordinateRow, 'statement' | 'statementIssuedAt' | 'statementExpiresAt'>
export type Signed<Row> = Row & { statement: string; statementIssuedAt: Date; statementExpiresAt: Date }
export type SignedSubordinate = Signed<SubordinateRow>
/** What is stored of a new signature. */
type Fresh = SignedSubordinate & { statementDueAt: Date | null }

export function isSigned<Row extends Signature>(row: Row): row is Signed<Row> {
  return row.statement !== null && row.statementIssuedAt !== null && row.statementExpiresAt !== null
}

/** The previous statement, if it has not expired: it is served while a new one cannot be signed. */
export function isStillValid(subordinate: SubordinateRow, now: number): subordinate is SignedSubordinate {
  return isSigned(subordinate) && subordinate.statementExpiresAt.getTime() / 1000 > now
}

type StatementFault = 'outdated' | 'expired' | 'from the future' | 'of another issuer' | 'with an ended key'

/** Why a statement has to be signed again; null: it is current. */
export function findFault(
  row: Versions & Pick<SignedSubordinate, 'statementBasis' | 'jwks' | keyof Signature>,
  context: CurrencyContext,
): StatementFault | null {
  const { now, entityId } = context
  if (row.statementBasis !== basis(row, context)) return 'outdated'
  if (row.statementExpiresAt.getTime() / 1000 <= now) return 'expired'
  const iat = row.statementIssuedAt.getTime() / 1000
  if (isFromFuture(iat, now)) return 'from the future'
  // The installation may have changed its identifier, or have been restored as another Trust Anchor.
  if (!isIssuedBy(entityId, row.statement)) return 'of another issuer'
  return listsEndedKey(typedSubordinate(row).jwks, { iat, now }) ? 'with an ended key' : null
}

/**
 * The same for SQL, without the issuer. It is wider: where it is false, the statement has no fault, or is meant to expire,
 * because its member fails its checks or is not renewed automatically.
 */
export function mayHaveFault(context: CurrencyContext): Prisma.Sql {
  const { now } = context
  return Prisma.sql`(
    "statementBasis" IS DISTINCT FROM ("version" - "unsignedChanges") || ${basisEnd(context)}
    OR CASE WHEN ${unixTime('statementExpiresAt')} <= ${now} THEN "autorenew" AND "failingSince" IS NULL
      ELSE ${unixTime('statementIssuedAt')} > ${latestIssue(now)}
        OR coalesce("hasEndingKeys", true) AND jsonb_path_exists("jwks",
          '$.keys[*] ? (@.exp <= $now || exists (@.revoked))', ${JSON.stringify({ now })}::jsonb)
    END)`
}

/** What we sign begins with `iss` and `sub`; decoding each one in full would slow a rebuild. */
export function isIssuedBy(entityId: string, statement: string): boolean {
  const beginning = Buffer.from(`${JSON.stringify({ iss: entityId }).slice(0, -1)},"sub":"`)
  // Three bytes are four characters, so the last ones of an incomplete group depend on what follows.
  const encoded = beginning.toString('base64url', 0, beginning.length - (beginning.length % 3))
  return statement.startsWith(encoded, statement.indexOf('.') + 1) || issuerOf(statement) === entityId
}

function issuerOf(statement: string): unknown {
  try {
    return decodeJwt(statement).claims.iss
  } catch {
    return null // a damaged row is signed again
  }
}

/** A subordinate that cannot be signed, and the reason. */
export type Unsignable = { subordinate: SubordinateRow; error: unknown }

/**
 * Returns the rows with current statements, stored or signed now, and separately those that cannot be signed. `inTurn`:
 * when to sign.
 */
export async function withStatements(
  subordinates: readonly SubordinateRow[],
  context: Context,
  inTurn = (work: () => Promise<unknown>) => work(),
): Promise<{ signed: SignedSubordinate[]; unsignable: Unsignable[] }> {
  const signed: SignedSubordinate[] = []
  const fresh: Fresh[] = []
  const unsignable: Unsignable[] = []
  const sign = async (subordinate: SubordinateRow) => {
    if (!isSigned(subordinate)) return signStatement(subordinate, context)
    const fault = findFault(subordinate, context)
    if (fault === null) return null
    // An ended key alone does not prolong a statement, which may be meant to expire.
    const end = subordinate.statementExpiresAt.getTime() / 1000
    return signStatement(subordinate, context, fault === 'with an ended key' ? end : Infinity)
  }
  const add = async (subordinate: SubordinateRow) => {
    try {
      const row = await sign(subordinate)
      if (row) fresh.push(row)
      else if (isSigned(subordinate)) signed.push(subordinate)
    } catch (error) {
      unsignable.push({ subordinate, error })
    }
  }
  await inTurn(() => Promise.all(subordinates.map(add)))
  if (fresh.length > 0) {
    await extendKeyUse(context.db, context.signer.kid, fresh)
    await storeStatements(context, fresh)
  }
  return { signed: [...signed, ...fresh], unsignable }
}

/** `end`: the latest `exp` in unix seconds. */
async function signStatement(subordinate: SubordinateRow, context: Context, end = Infinity): Promise<Fresh> {
  const full = subordinateStatementClaims({ ...context, subordinate: typedSubordinate(subordinate) })
  const claims = { ...full, exp: Math.min(full.exp, end) }
  const firstEnd = firstListedEnd(claims)
  const statement = await signJwt(claims, { key: context.signer, typ: ENTITY_STATEMENT_TYP })
  return {
    ...subordinate,
    statement,
    statementBasis: basis(subordinate, context),
    statementIssuedAt: new Date(claims.iat * 1000),
    statementExpiresAt: new Date(claims.exp * 1000),
    statementDueAt: firstEnd === null ? null : new Date(firstEnd * 1000),
  }
}

/** Clients may cache a replaced statement until it expires; until then its key is needed. */
async function extendKeyUse(db: Database, kid: string, rows: readonly SignedSubordinate[]): Promise<void> {
  const until = new Date(Math.max(...rows.map(({ statementExpiresAt }) => statementExpiresAt.getTime())))
  await db.signingKey.updateMany({
    where: { kid, OR: [{ statementsUntil: null }, { statementsUntil: { lt: until } }] },
    data: { statementsUntil: until },
  })
}

/** Writes a page with one query. A row that changed in between keeps its state and is signed again. */
async function storeStatements(context: Context, rows: readonly Fresh[]): Promise<void> {
  // One value for all statements, because it is bound and read faster than one for each. They are ASCII.
  const bytes = Buffer.from(rows.map(({ statement }) => statement).join(''), 'latin1')
  let end = 0
  const ends = rows.map(({ statement }) => (end += statement.length))
  await context.db.$executeRaw`
    UPDATE "Subordinate" AS s
    SET "statement" = convert_from(substring(${bytes}::bytea FROM v."end" - v."size" + 1 FOR v."size"), 'UTF8'),
        "statementBasis" = v."version" || ${basisEnd(context)}, "statementIssuedAt" = ${timeOf('issued')},
        "statementExpiresAt" = ${timeOf('expires')}, "statementDueAt" = ${timeOf('due')}
    FROM unnest(${toNumbers(rows.map(({ id }) => id))}::int[], ${toNumbers(rows.map(signedVersion))}::int[],
        ${toNumbers(ends)}::int[], ${toNumbers(rows.map(({ statement }) => statement.length))}::int[],
        ${toNumbers(rows.map(({ statementIssuedAt }) => statementIssuedAt.getTime()))}::float8[],
        ${toNumbers(rows.map(({ statementExpiresAt }) => statementExpiresAt.getTime()))}::float8[],
        ${toNumbers(rows.map(({ statementDueAt }) => statementDueAt?.getTime() ?? null))}::float8[])
      AS v ("id", "version", "end", "size", "issued", "expires", "due")
    WHERE s."id" = v."id" AND s."version" - s."unsignedChanges" = v."version"`
}

/** Of milliseconds. */
const timeOf = (name: 'issued' | 'expires' | 'due') =>
  Prisma.raw(`to_timestamp(v."${name}" / 1000) AT TIME ZONE 'utc'`)
