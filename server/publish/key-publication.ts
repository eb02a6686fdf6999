/** Records since when keys are published, and when the last Entity Configuration without them expires (§11.2). */
import { decodeJwt } from '#core/jws.ts'
import type { JwkSet } from '#core/keys.ts'
import type { PublishContext } from '#server/publish/context.ts'

/**
 * Called before an Entity Configuration is published; `done` after. What is cut off between the two only makes the
 * new keys wait longer than they need to.
 */
export async function beginIssue(
  { db, now }: Pick<PublishContext, 'db' | 'now'>,
  jwt: string,
): Promise<{ done(): Promise<void> }> {
  const { exp, jwks } = decodeJwt(jwt).claims as { exp: number; jwks: JwkSet } // built here
  const until = new Date(exp * 1000)
  const state = await db.publisherLease.findUniqueOrThrow({ where: { id: 1 } })
  // Nothing is known of what an earlier version of this software published; it had the same hours.
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
    },
  }
}
