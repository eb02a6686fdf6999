/** Rows of the database in the shape in which they are published, page by page. */
import type {
  IssuedTrustMark,
  Subordinate,
  TrustMark,
  TrustMarkType,
} from '#prisma/generated/client/client.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { type SignedSubordinate, withStatements } from '#server/publish/statements.ts'
import type { PublishedSubordinate, PublishedTrustMark } from '#server/publish/write.ts'
import { readSettings } from '#server/settings.ts'

/** Rows handled at a time: bounds memory, and one round trip to each store a page. */
const PAGE = 500

const toUnix = (date: Date) => Math.floor(date.getTime() / 1000)

/** Subordinates with a statement that is current: signed now where it is not. */
export async function signedSubordinates(
  context: PublishContext,
  rows: readonly Subordinate[],
): Promise<PublishedSubordinate[]> {
  const { db, entityId, signingKeys } = context
  const { signer } = signingKeys.current()
  const now = Math.floor(Date.now() / 1000)
  const settings = await readSettings(db)
  const signed = await withStatements(rows, { db, entityId, settings, signer, now })
  return signed.map(publishedSubordinate)
}

export async function* activeSubordinates(context: PublishContext): AsyncGenerator<PublishedSubordinate[]> {
  for (let after = 0; ; ) {
    const rows = await context.db.subordinate.findMany({
      where: { active: true, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: PAGE,
    })
    const last = rows.at(-1)
    if (!last) return
    yield await signedSubordinates(context, rows)
    after = last.id
  }
}

/** Everything that a published mark is made of. */
const withIssued = { trustMarkType: true, issued: true } as const

/** One mark, with all the JWTs ever issued for it; null when it does not exist. */
export async function findTrustMark({ db }: PublishContext, id: number): Promise<PublishedTrustMark | null> {
  const row = await db.trustMark.findUnique({ where: { id }, include: withIssued })
  return row && publishedTrustMark(row)
}

export async function* allTrustMarks({ db }: PublishContext): AsyncGenerator<PublishedTrustMark[]> {
  for (let after = 0; ; ) {
    const rows = await db.trustMark.findMany({
      where: { id: { gt: after } },
      include: withIssued,
      orderBy: { id: 'asc' },
      take: PAGE,
    })
    const last = rows.at(-1)
    if (!last) return
    yield rows.map(publishedTrustMark)
    after = last.id
  }
}

function publishedSubordinate(row: SignedSubordinate): PublishedSubordinate {
  const { entityId, statement, entityConfiguration, entityTypes, intermediate } = row
  const info = {
    entity_types: entityTypes,
    intermediate,
    registered: toUnix(row.registeredAt),
    updated: toUnix(row.statementIssuedAt),
    expires: toUnix(row.statementExpiresAt),
  }
  return { entityId, statement, entityConfiguration, entityTypes, info }
}

function publishedTrustMark(
  mark: TrustMark & { trustMarkType: TrustMarkType; issued: IssuedTrustMark[] },
): PublishedTrustMark {
  return {
    type: mark.trustMarkType.type,
    entityId: mark.entityId,
    jwt: mark.jwt,
    revoked: !mark.active,
    issued: mark.issued.map(({ hash, revokedAt }) => ({ hash, revokedAt: revokedAt && toUnix(revokedAt) })),
  }
}
