/** Reads rows of the database in the form in which they are published, page by page. */
import type { IssuedTrustMark, Prisma, TrustMark, TrustMarkType } from '#prisma/generated/client/client.ts'
import { toUnix } from '#server/clock.ts'
import { toNumbers } from '#server/database/numbers.ts'
import { ahead, inOrder } from '#server/database/pages.ts'
import { readSettings } from '#server/database/settings.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { enqueue, toPublish } from '#server/publish/outbox.ts'
import {
  isStillValid,
  readableStatement,
  type SignedSubordinate,
  signedVersion,
  type Unsignable,
  withStatements,
} from '#server/publish/statements.ts'
import {
  allSubordinateRows,
  findSubordinateRows,
  type SubordinateRow,
} from '#server/publish/subordinate-row.ts'
import type { PublishedIssue, PublishedSubordinate, PublishedTrustMark } from '#server/publish/write.ts'
import type { SubordinateInfo } from '#store/subordinate-info.ts'

/** Rows per page: limits memory, with one round trip to each store. */
const PAGE = 500
/** Pages that are signed and stored together: the database stores one while this process signs another. */
const PAGES_AT_A_TIME = 3

/** The active ones of these subordinates, with current statements, and separately those that cannot be signed. */
export async function findActiveSubordinates(
  context: PublishContext,
  entityIds: readonly string[],
): Promise<{ signed: PublishedSubordinate[]; unsignable: readonly Unsignable[] }> {
  const { signed, unsignable } = await sign(context, await findSubordinateRows(context.db, entityIds))
  return { signed: signed.map(publishedSubordinate), unsignable }
}

async function sign(
  { db, entityId, signingKeys, now }: PublishContext,
  rows: readonly SubordinateRow[],
  inTurn?: InTurn,
) {
  const { signer } = signingKeys.current()
  const context = { db, entityId, settings: await readSettings(db), signer, now: toUnix(now()) }
  return withStatements(rows, context, inTurn)
}

type InTurn = (work: () => Promise<unknown>) => Promise<unknown>

/** Works one after another. */
function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(() => undefined) // each caller gets its own failure
    return result
  }
}

/** A page, in any order, and the last identifier up to which it has all of them. */
type Page<Row> = { rows: Row[]; last: string }

/** `after`: the identifier after which it has all of them. */
export type ActivePage = Page<PublishedSubordinate> & { after: string }

/** Yields every active subordinate, page by page. */
export async function* activeSubordinates(context: PublishContext): AsyncGenerator<ActivePage> {
  let after = ''
  for await (const { rows, last } of signedPages(context)) {
    yield { rows: rows.map(publishedSubordinate), after, last }
    after = last
  }
}

/**
 * The same, for a caller that publishes urgent changes between the pages, which were read before: one that was withdrawn or
 * changed since then is left out, because its own outbox entry publishes it.
 */
export async function* unchangedSubordinates(
  context: PublishContext,
): AsyncGenerator<PublishedSubordinate[]> {
  for await (const { rows } of signedPages(context))
    yield (await selectUnchanged(context, rows)).map(publishedSubordinate)
}

async function selectUnchanged({ db }: PublishContext, page: readonly SignedSubordinate[]) {
  const rows = await db.$queryRaw<{ id: number }[]>`
    SELECT s."id" FROM "Subordinate" AS s JOIN unnest(${toNumbers(page.map(({ id }) => id))}::int[],
      ${toNumbers(page.map(signedVersion))}::int[]) AS v (id, version) ON s."id" = v.id AND s."version" - s."unsignedChanges" = v.version
    WHERE s."active"`
  const unchanged = new Set(rows.map(({ id }) => id))
  return page.filter(({ id }) => unchanged.has(id))
}

/**
 * One that cannot be signed does not stop the others: its previous statement stays, and its own outbox entry retries it and
 * records the reason.
 */
async function* signedPages(context: PublishContext): AsyncGenerator<Page<SignedSubordinate>> {
  const inTurn = createTurns() // a key store lets few signatures wait
  const { signer } = context.signingKeys.current()
  const statement = readableStatement({ settings: await readSettings(context.db), signer })
  const pages = ahead(allSubordinateRows(context.db, PAGE, statement))
  yield* inOrder(pages, PAGES_AT_A_TIME, (rows) => signPage(context, rows, inTurn))
}

async function signPage(context: PublishContext, rows: readonly SubordinateRow[], inTurn: InTurn) {
  const { signed, unsignable } = await sign(context, rows, inTurn)
  const last = rows.at(-1)?.entityId ?? ''
  if (unsignable.length === 0) return { rows: signed, last }
  const failed = unsignable.map(({ subordinate }) => subordinate.entityId)
  await enqueue(
    context.db,
    failed.map((entityId) => toPublish('subordinate', entityId)),
  )
  const before = await findSubordinateRows(context.db, failed) // with their statements
  const kept = before.filter((subordinate) => isStillValid(subordinate, toUnix(context.now())))
  return { rows: [...signed, ...kept], last }
}

/** The columns of a published mark. */
const withIssued = { trustMarkType: true, issued: true } as const

/** The columns of a published JWT. */
const ofIssued = {
  hash: true,
  kid: true,
  revokedAt: true,
  statusListNumber: true,
  statusIndex: true,
} as const satisfies Prisma.IssuedTrustMarkSelect

/** The marks that exist, each with all JWTs issued for it. */
export async function findTrustMarks(
  { db }: PublishContext,
  ids: readonly number[],
): Promise<PublishedTrustMark[]> {
  const rows = await db.trustMark.findMany({ where: { id: { in: [...ids] } }, include: withIssued })
  return rows.map(publishedTrustMark)
}

/** By type and subject, so that marks of one page belong to few pages of a list. */
export async function* allTrustMarks({ db }: PublishContext): AsyncGenerator<PublishedTrustMark[]> {
  const types = await db.trustMarkType.findMany({ select: { id: true }, orderBy: { id: 'asc' } })
  for (const { id: trustMarkTypeId } of types) {
    for (let after = ''; ; ) {
      const rows = await db.trustMark.findMany({
        where: { trustMarkTypeId, entityId: { gt: after } },
        include: withIssued,
        orderBy: { entityId: 'asc' },
        take: PAGE,
      })
      const last = rows.at(-1)
      if (!last) break
      yield rows.map(publishedTrustMark)
      after = last.entityId
    }
  }
}

/** Yields every JWT ever issued, including those from before this database. */
export async function* allIssuedTrustMarks(context: PublishContext): AsyncGenerator<PublishedIssue[]> {
  yield* importedTrustMarkHashes(context)
  yield* ownIssuedTrustMarks(context)
}

/** In the order of the hashes. */
export async function* importedTrustMarkHashes({ db }: PublishContext): AsyncGenerator<PublishedIssue[]> {
  for (let after = ''; ; ) {
    const where = { hash: { gt: after } }
    const rows = await db.importedTrustMarkHash.findMany({ where, orderBy: { hash: 'asc' }, take: PAGE })
    const last = rows.at(-1)
    if (!last) return
    // Revoked or not: the mark of its type and entity tells (#store/trust-mark-reader.ts).
    yield rows.map(({ hash }) => ({ hash, revokedAt: null, entry: null }))
    after = last.hash
  }
}

async function* ownIssuedTrustMarks({ db }: PublishContext): AsyncGenerator<PublishedIssue[]> {
  for (let after = ''; ; ) {
    const rows = await db.issuedTrustMark.findMany({
      where: { hash: { gt: after } },
      orderBy: { hash: 'asc' },
      take: PAGE,
      select: { ...ofIssued, trustMark: { select: { trustMarkType: { select: { type: true } } } } },
    })
    const last = rows.at(-1)
    if (!last) return
    yield rows.map((row) => publishedIssue(row, row.trustMark.trustMarkType.type))
    after = last.hash
  }
}

function publishedSubordinate(row: SignedSubordinate): PublishedSubordinate {
  const { entityId, statement, entityConfiguration } = row
  return { entityId, statement, entityConfiguration, info: subordinateInfo(row) }
}

type InfoSource = Pick<
  SignedSubordinate,
  'entityTypes' | 'intermediate' | 'registeredAt' | 'statementIssuedAt' | 'statementExpiresAt'
>

export function subordinateInfo(row: InfoSource): SubordinateInfo {
  return {
    entity_types: row.entityTypes,
    intermediate: row.intermediate,
    registered: toUnix(row.registeredAt),
    updated: toUnix(row.statementIssuedAt),
    expires: toUnix(row.statementExpiresAt),
  }
}

function publishedTrustMark(
  mark: TrustMark & { trustMarkType: TrustMarkType; issued: IssuedTrustMark[] },
): PublishedTrustMark {
  return {
    type: mark.trustMarkType.type,
    entityId: mark.entityId,
    jwt: mark.jwt,
    revoked: !mark.active,
    issued: mark.issued.map((row) => publishedIssue(row, mark.trustMarkType.type)),
  }
}

function publishedIssue(row: Pick<IssuedTrustMark, keyof typeof ofIssued>, type: string): PublishedIssue {
  const { hash, revokedAt, kid, statusListNumber: list, statusIndex: index } = row
  const entry =
    list === null || index === null ? null : { list, index, facts: { trust_mark_type: type, kid } }
  return { hash, revokedAt: revokedAt && toUnix(revokedAt), entry }
}
