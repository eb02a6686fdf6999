/** Reads what decides how members resolve: all active ones in pages, or those with given identifiers. */
import type { EntityStatementClaims } from '#core/entity-statement/index.ts'
import type { Prisma } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import { ahead } from '#server/database/pages.ts'
import { type Subordinate, typedSubordinate } from '#server/database/typed-row.ts'

/** Rows per page. Each takes some microseconds, in which the process answers no request. */
const PAGE = 1_000

/** `terms`: what its statement says of it alone, as JSON; null: nothing. `kids`: of the keys in its statement. */
export type MemberRow = Pick<Subordinate, keyof typeof columns> & { terms: string | null; kids: string[] }

const columns = {
  id: true,
  entityId: true,
  active: true,
  entityConfiguration: true,
  statementExpiresAt: true,
  failingCode: true,
  unresolvableCode: true,
} satisfies Prisma.SubordinateSelect

/** The same with what the terms consist of. */
export type NamedRow = Pick<Subordinate, keyof typeof columns | 'jwks' | keyof Terms>

/** What its Subordinate Statement says of it alone. Additional claims count only if they may be at fault. */
export type Terms = Pick<
  Subordinate,
  'forcedMetadata' | 'metadataPolicy' | 'constraints' | 'additionalClaims'
>

const noTerms: Terms = {
  forcedMetadata: null,
  metadataPolicy: null,
  constraints: null,
  additionalClaims: null,
}
const termColumns = {
  forcedMetadata: true,
  metadataPolicy: true,
  constraints: true,
  additionalClaims: true,
} satisfies Prisma.SubordinateSelect
/** `text`: as of a row; empty: none. */
export const termsOf = (text: string): Terms => (text === '' ? noTerms : JSON.parse(text)) // parsed when written

/** Active ones in the order of the keys, after this one. */
export async function* readActive(db: Database, after = 0): AsyncGenerator<MemberRow[]> {
  yield* ahead(readPages(db, after))
}

async function* readPages(db: Database, after: number): AsyncGenerator<MemberRow[]> {
  for (let id = after; ; ) {
    const rows = await readPage(db, id)
    const last = rows.at(-1)
    if (!last) return
    yield rows
    id = last.id
  }
}

const readPage = (db: Database, after: number): Promise<MemberRow[]> => db.$queryRaw`
  SELECT "id", "entityId", "active", "entityConfiguration", "statementExpiresAt", "failingCode", "unresolvableCode",
    CASE WHEN coalesce("forcedMetadata", "metadataPolicy", "constraints", "claims") IS NOT NULL
      THEN jsonb_build_object('forcedMetadata', "forcedMetadata", 'metadataPolicy', "metadataPolicy",
        'constraints', "constraints", 'additionalClaims', "claims")::text END AS "terms",
    jsonb_path_query_array("jwks", '$.keys[*].kid') AS "kids"
  FROM "Subordinate",
    LATERAL (SELECT CASE WHEN "unresolvableCode" = 'STATEMENT' THEN "additionalClaims" END AS "claims") AS c
  WHERE "active" AND "id" > ${after} ORDER BY "id" LIMIT ${PAGE}`

/** In the order of their identifiers. */
export async function* readNamed(db: Database, entityIds: readonly string[]): AsyncGenerator<NamedRow[]> {
  const select = { ...columns, jwks: true, ...termColumns } as const
  const sorted = entityIds.toSorted()
  for (let start = 0; start < sorted.length; start += PAGE) {
    const where = { entityId: { in: sorted.slice(start, start + PAGE) } }
    const rows = await db.subordinate.findMany({ where, select, orderBy: { entityId: 'asc' } })
    yield rows.map(typedSubordinate)
  }
}

/** The configuration as it is stored. Null: its evaluation failed, or it cannot be decoded; then it is parsed again. */
export function readClaims({
  entityConfiguration,
  unresolvableCode,
}: MemberRow): EntityStatementClaims | null {
  if (unresolvableCode === 'STATEMENT') return null
  try {
    const [, claims = ''] = entityConfiguration.split('.')
    return JSON.parse(Buffer.from(claims, 'base64url').toString())
  } catch {
    return null
  }
}
