/** Records since when keys are published, and when the last Entity Configuration without them expires (§11.2). */
import { decodeJwt } from '#core/jws.ts'
import type { JwkSet } from '#core/keys.ts'
import type { PublishContext } from '#server/publish/context.ts'

/**
 * Called before an Entity Configuration is published; `done` is called after it. An interruption between the two only
 * makes new keys wait longer than necessary.
 */
export async function beginIssue(
  { db, now }: Pick<PublishContext, 'db' | 'now'>,
  jwt: string,
): Promise<{ done(): Promise<void> }> {
  const { exp, jwks } = decodeJwt(jwt).claims as { exp: number; jwks: JwkSet } // built here
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
    },
  }
}
