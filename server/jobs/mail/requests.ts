/**
 * Sends operators e-mail about requests that wait for them. One message has all that came since the last one, and the next one is sent
 * later, so that many requests are few messages.
 */
import { nameOfAnchor, readSettings } from '#server/database/settings.ts'
import type { RunContext } from '#server/jobs/context.ts'
import { consoleLink, notificationsLink } from '#server/mail/link.ts'
import { requestsWait } from '#server/mail/templates/requests-wait.ts'
import { findWilling } from '#server/services/mail/notification.ts'

/** Milliseconds between two messages. */
const QUIET_MS = 30 * 60_000
/** Requests that are named; the others are counted. */
const NAMED = 10

type Row = { id: number; kind: string; entityId: string; organizationId: number | null }

/** Returns the number of requests. A process that ends before the commit has sent nothing. */
export async function mailRequests({
  db,
  slug,
  entityId,
  mail,
  now,
}: Pick<RunContext, 'db' | 'slug' | 'entityId' | 'mail' | 'now'>): Promise<number> {
  if (
    !mail.isOn ||
    (await db.request.count({ where: { state: 'WAITING_FOR_OPERATOR', mailedAt: null } })) === 0
  )
    return 0
  const at = now()
  const quiet = new Date(at.getTime() - QUIET_MS)
  if ((await db.request.count({ where: { mailedAt: { gt: quiet, lte: at } } })) > 0) return 0
  return db.$transaction(async (tx) => {
    // Not with the client, which would change the time of the last change.
    const rows = await tx.$queryRaw<Row[]>`
      UPDATE "Request" SET "mailedAt" = ${at}::timestamp
      WHERE "state" = 'WAITING_FOR_OPERATOR' AND "mailedAt" IS NULL
      RETURNING "id", "kind", "entityId", "organizationId"`
    if (rows.length === 0) return 0
    const to = await findWilling(tx, slug, { who: {}, wants: ({ requests }) => requests })
    if (to.length === 0) return rows.length
    const ids = rows.flatMap(({ organizationId }) => organizationId ?? [])
    const organizations = await tx.organization.findMany({
      where: { id: { in: ids } },
      select: { id: true, name: true },
    })
    const names = new Map(organizations.map(({ id, name }) => [id, name]))
    const { consoleUrl } = mail
    const oldestFirst = rows.toSorted((a, b) => a.id - b.id)
    const message = requestsWait({
      anchor: nameOfAnchor(await readSettings(tx), entityId),
      count: rows.length,
      named: oldestFirst.slice(0, NAMED).map((row) => inWords(row, names)),
      link: consoleLink(consoleUrl, slug, '/requests'),
      stopUrl: notificationsLink(consoleUrl),
    })
    const last = oldestFirst.at(-1)?.id
    await mail.enqueue(
      tx,
      to.map((address) => ({
        event: 'REQUESTS_WAIT' as const,
        to: address,
        anchor: slug,
        audience: 'READ' as const,
        message,
        dedupeKey: `${slug}:REQUESTS_WAIT:${last}:${at.toISOString()}:${address}`,
      })),
    )
    return rows.length
  })
}

const kinds: Readonly<Record<string, string>> = {
  REGISTER: 'to register',
  CHANGE: 'to change',
  TRUST_MARK: 'for a Trust Mark for',
  WITHDRAW: 'to remove',
}

const inWords = ({ kind, entityId, organizationId }: Row, names: ReadonlyMap<number, string>) =>
  `${names.get(organizationId ?? 0) ?? 'Software'} asks ${kinds[kind] ?? 'about'} ${entityId}`
