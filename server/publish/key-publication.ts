/** Records since when keys are published, when the last Entity Configuration without them expires (§11.2), and when one ends. */

import type { EntityStatementClaims } from '#core/entity-statement/index.ts'
import { decodeJwt } from '#core/jws.ts'
import type { PublishContext } from '#server/publish/context.ts'
import { firstListedEnd } from '#server/publish/listed-keys.ts'

/**
 * Called before an Entity Configuration is published; `done` is called after it. An interruption between the two only
 * makes new keys wait longer than necessary.
 */
export async function beginIssue(
  { db, now }: Pick<PublishContext, 'db' | 'now'>,
  jwt: string,
): Promise<{ done(): Promise<void> }> {
  const claims = decodeJwt(jwt).claims as EntityStatementClaims // built here
  const { exp, jwks } = claims
  const until = new Date(exp * 1000)
  const state = await db.publisherLease.findUniqueOrThrow({ where: { id: 1 } })
  // Publications of earlier versions are unknown; they had the same validity.
  const earlierUntil = state.configurationsUntil ?? until
  if (state.configurationsUntil === null || state.configurationsUntil < until) {
    await db.publisherLease.update({ where: { id: 1 }, data: { configurationsUntil: until } })
  }
  return {
    async done() {
      const publishedAt = now()
      const isKnown = earlierUntil <= publishedAt
      await db.signingKey.updateMany({
        where: { kid: { in: jwks.keys.map(({ kid }) => kid) }, publishedAt: null },
        data: { publishedAt, usableFrom: isKnown ? publishedAt : earlierUntil },
      })
      const due = firstListedEnd(claims)
      const configurationDueAt = due === null ? null : new Date(due * 1000)
      await db.publisherLease.updateMany({ data: { configurationDueAt } })
    },
  }
}
