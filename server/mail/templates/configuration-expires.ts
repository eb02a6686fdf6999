/** The Entity Configuration of a member expires soon. */
import { layOut, type Message, plural, timeInUtc } from '#server/mail/layout.ts'
import { footerFor, type Reader } from '#server/mail/reader.ts'

export type ConfigurationExpires = {
  anchor: string
  entityId: string
  expiresAt: Date
  /** Whole days until then, at least 1. */
  days: number
  reader: Reader
}

export const configurationExpires = ({
  anchor,
  entityId,
  expiresAt,
  days,
  reader,
}: ConfigurationExpires): Message =>
  layOut({
    subject: `Configuration expires within ${plural(days, 'day')}: ${entityId}`,
    blocks: [
      `The Entity Configuration of ${entityId} expires within ${plural(days, 'day')}.`,
      {
        facts: [
          ['Entity', entityId],
          ['Expires', timeInUtc(expiresAt)],
          ['Federation', anchor],
        ],
      },
      'When it has expired, no Trust Chain with this entity is valid, and other members refuse it. Publish a new Entity Configuration with a later "exp" at /.well-known/openid-federation (§3.1.2). Nothing else is needed: the new one is found automatically.',
    ],
    footer: footerFor(reader),
  })
