/**
 * What Redis should say of the subordinates of a page, in the form that is compared fastest: a digest stands for the long
 * values. Where a page differs, its subordinates are compared one by one (expected-subordinates.ts).
 */
import { hash } from 'node:crypto'
import { Prisma } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { readSettings } from '#server/database/settings.ts'
import type { PublishContext } from '#server/publish/context.ts'
import type { PublishedSubordinate } from '#server/publish/drift/published-subordinates.ts'
import { subordinateInfo } from '#server/publish/rows.ts'
import {
  type CurrencyContext,
  findFault,
  isIssuedBy,
  isSigned,
  mayHaveFault,
  type Signed,
} from '#server/publish/statements.ts'
import {
  type Bounds,
  findSubordinateRows,
  type SubordinateRow,
  unixTime,
} from '#server/publish/subordinate-row.ts'
import { type KindFacts, kindSets } from '#server/publish/write.ts'
import { formatSubordinateInfo, type SubordinateInfo } from '#store/subordinate-info.ts'

type ExpectedPage = {
  entityIds: readonly string[]
  facts: readonly SubordinateInfo[]
  /** SHA-256, in hex, of the SHA-256 of each statement, then of each Entity Configuration. */
  digest: string
  /** Whose statements may have to be signed again, for another reason than their issuer. */
  doubtful: readonly string[]
}

/** As the database sends it: one text is parsed faster than a row for each subordinate. */
type Raw = Record<keyof ExpectedPage, string>
type RawFacts = [types: string[], intermediate: boolean, registered: number, updated: number, expires: number]

/** Of a row from before the column, the database computes it. */
const digestOfColumn = (digest: string, value: string) =>
  Prisma.raw(`coalesce("${digest}", sha256(convert_to("${value}", 'UTF8')))`)
const statementDigest = digestOfColumn('statementDigest', 'statement')
const configurationDigest = digestOfColumn('configurationDigest', 'entityConfiguration')

/** Those that are active and were signed. */
export async function readExpectedPage(
  { db }: PublishContext,
  currency: CurrencyContext,
  { after, last }: Bounds,
): Promise<ExpectedPage> {
  const [page] = await db.$queryRaw<[Raw]>`
    SELECT coalesce(json_agg("entityId"), '[]')::text AS "entityIds",
      coalesce(json_agg(json_build_array("entityTypes", "intermediate", ${unixTime('registeredAt')},
        ${unixTime('statementIssuedAt')}, ${unixTime('statementExpiresAt')})), '[]')::text AS "facts",
      coalesce(encode(sha256(string_agg(${statementDigest}, '') || string_agg(${configurationDigest}, '')),
        'hex'), '') AS "digest",
      coalesce(json_agg("entityId") FILTER (WHERE ${mayHaveFault(currency)}), '[]')::text AS "doubtful"
    FROM (
      SELECT * FROM "Subordinate"
      WHERE "active" AND "statement" IS NOT NULL AND "statementIssuedAt" IS NOT NULL AND "statementExpiresAt" IS NOT NULL
        AND "entityId" > ${after} AND "entityId" <= ${last}
      ORDER BY "entityId") AS page`
  return toPage(page)
}

function toPage({ entityIds, facts, digest, doubtful }: Raw): ExpectedPage {
  return {
    digest,
    entityIds: JSON.parse(entityIds),
    facts: (JSON.parse(facts) as RawFacts[]).map(
      ([entity_types, intermediate, registered, updated, expires]) => {
        return { entity_types, intermediate, registered, updated, expires }
      },
    ),
    doubtful: JSON.parse(doubtful),
  }
}

/** Whether Redis says all of this. */
export function isSame({ facts, digest }: ExpectedPage, published: readonly PublishedSubordinate[]): boolean {
  const hasFacts = facts.every((each, at) => {
    const [info, found] = [formatSubordinateInfo(each), published[at]]
    const isInSets = kindSets.every(([, belongs], set) => found?.memberships[set] === belongs(each))
    return found?.info === info && found.listed === info && isInSets
  })
  return hasFacts && (published.length === 0 || digestOf(published) === digest)
}

/** Null: a value is missing. */
function digestOf(published: readonly PublishedSubordinate[]): string | null {
  const values = [
    ...published.map(({ statement }) => statement),
    ...published.map(({ configuration }) => configuration),
  ].filter((value) => value !== null)
  if (values.length < 2 * published.length) return null
  // As text, because Node takes a microsecond longer for each Buffer.
  const digests = values.map((value) => hash('sha256', value, 'binary')).join('')
  return hash('sha256', Buffer.from(digests, 'binary'))
}

/** Of a page that is the same in Redis: whose statements may have to be signed again. */
export function findDoubtful(
  { entityIds, doubtful }: ExpectedPage,
  published: readonly PublishedSubordinate[],
  issuer: string,
): string[] {
  const others = entityIds.filter(
    (_, at) => !isIssuedBy(issuer, published[at]?.statement?.toString('latin1') ?? ''),
  )
  return [...new Set([...doubtful, ...others])]
}

/** What Redis should say of single subordinates, by the database. */
export type ExpectedSubordinate = {
  entityId: string
  statement: string
  configuration: string
  info: string
  facts: KindFacts
  /** Why the statement has to be signed again. */
  fault: string | null
}

/** Of these; one that is inactive or was never signed is not published. */
export async function findExpected(
  context: PublishContext,
  entityIds: readonly string[],
): Promise<ExpectedSubordinate[]> {
  const currency = await readCurrency(context)
  const rows = await findSubordinateRows(context.db, entityIds)
  return rows.filter(isSigned).map((row) => toExpected(row, currency))
}

export async function readCurrency({
  db,
  entityId,
  signingKeys,
  now,
}: PublishContext): Promise<CurrencyContext> {
  const { signer } = signingKeys.current()
  return { entityId, settings: await readSettings(db), signer, now: toUnix(now()) }
}

function toExpected(row: Signed<SubordinateRow>, currency: CurrencyContext): ExpectedSubordinate {
  const facts = subordinateInfo(row)
  const fault = findFault(row, currency)
  // The statement of a member that fails its checks, or is not renewed automatically, is meant to expire.
  const isMeant = fault === 'expired' && (!row.autorenew || row.failingSince !== null)
  return {
    entityId: row.entityId,
    statement: row.statement,
    configuration: row.entityConfiguration,
    info: formatSubordinateInfo(facts),
    facts,
    fault: isMeant ? null : fault,
  }
}
