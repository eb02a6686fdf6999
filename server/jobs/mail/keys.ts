/** Signing keys that were announced, or that replaced another one, in the last three days: to every organization. */
import type { SigningKey } from '#prisma/generated/client/client.ts'
import type { Database } from '#server/database/client.ts'
import type { Notice, Source } from '#server/jobs/mail/notice.ts'
import { type SigningKeyChanged, signingKeyChanged } from '#server/mail/templates/signing-key-changed.ts'

const MINUTE_MS = 60_000
const RECENT_MS = 72 * 60 * MINUTE_MS
const PAGE = 200

type Change = Pick<SigningKeyChanged, 'kid' | 'alg' | 'change' | 'at'>

export const tellOfKeys: Source = async ({ db, entityId, now }, anchor, after) => {
  const changes = await findChanges(db, new Date(now().getTime() - RECENT_MS))
  if (changes.length === 0) return null
  const organizations = await db.organization.findMany({
    where: { id: { gt: after } },
    select: { id: true },
    orderBy: { id: 'asc' },
    take: PAGE,
  })
  const last = organizations.at(-1)
  if (!last) return null
  const notices = organizations.flatMap(({ id: organizationId }) =>
    changes.map(
      (change): Notice => ({
        event: 'SIGNING_KEY_CHANGED',
        organizationId,
        key: `${change.kid}:${change.change}`,
        message: (reader) => signingKeyChanged({ ...change, anchor, entityId, reader }),
      }),
    ),
  )
  return { notices, last: last.id }
}

async function findChanges(db: Database, since: Date): Promise<Change[]> {
  const keys = await db.signingKey.findMany()
  return keys.flatMap((key): Change[] => {
    const { kid, alg, state, publishedAt, signsSince } = key
    if (state === 'ANNOUNCED' && publishedAt && publishedAt > since)
      return [{ kid, alg, change: 'ANNOUNCED', at: publishedAt }]
    if (
      state === 'CURRENT' &&
      signsSince &&
      signsSince > since &&
      keys.some((other) => precedes(other, signsSince))
    )
      return [{ kid, alg, change: 'CURRENT', at: signsSince }]
    return []
  })
}

/** Whether the key signed until then. The first key of an anchor replaces none. */
function precedes({ state, replacedAt, withdrawnAt }: SigningKey, signsSince: Date): boolean {
  const until = replacedAt ?? (state === 'REVOKED' ? withdrawnAt : null)
  return until !== null && Math.abs(until.getTime() - signsSince.getTime()) < MINUTE_MS
}
