/** A Trust Mark expires soon without a renewal, or was revoked. */
import { type Block, layOut, type Message, plural, timeInUtc } from '#server/mail/layout.ts'
import { footerFor, type Reader } from '#server/mail/reader.ts'

type Mark = { anchor: string; entityId: string; trustMarkType: string; reader: Reader }

export type TrustMarkExpires = Mark & {
  expiresAt: Date
  /** Whole days until then, at least 1. */
  days: number
}

export const trustMarkExpires = ({ expiresAt, days, ...mark }: TrustMarkExpires): Message =>
  layOut({
    subject: `Trust Mark expires within ${plural(days, 'day')}: ${mark.entityId}`,
    blocks: [
      `A Trust Mark of ${mark.entityId} expires within ${plural(days, 'day')}. It is not renewed automatically.`,
      factsOf(mark, ['Expires', timeInUtc(expiresAt)]),
      `If the entity still needs it, ask the operators of ${mark.anchor} to renew it.`,
    ],
    footer: footerFor(mark.reader),
  })

/** Without the reason, which only operators see. */
export type TrustMarkRevoked = Mark & { revokedAt: Date }

export const trustMarkRevoked = ({ revokedAt, ...mark }: TrustMarkRevoked): Message =>
  layOut({
    subject: `Trust Mark revoked: ${mark.entityId}`,
    blocks: [
      `The operators of ${mark.anchor} revoked a Trust Mark of ${mark.entityId}. It is not valid any more.`,
      factsOf(mark, ['Revoked', timeInUtc(revokedAt)]),
      'Remove it from the "trust_marks" of the Entity Configuration (§3.1.2). The operators can tell you the reason.',
    ],
    footer: footerFor(mark.reader),
  })

const factsOf = ({ entityId, trustMarkType }: Mark, time: readonly [string, string]): Block => ({
  facts: [['Entity', entityId], ['Trust Mark type', trustMarkType], time],
})
