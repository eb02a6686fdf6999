/** A member does not resolve any more: what its partners see. */
import { layOut, type Message, timeInUtc } from '#server/mail/layout.ts'
import { footerFor, type Reader } from '#server/mail/reader.ts'

export type MemberDoesNotResolve = {
  anchor: string
  entityId: string
  /** The name of the check at fault. */
  code: string
  /** The finding, as a sentence. */
  reason: string
  since: Date
  reader: Reader
}

export const memberDoesNotResolve = ({
  anchor,
  entityId,
  code,
  reason,
  since,
  reader,
}: MemberDoesNotResolve): Message =>
  layOut({
    subject: `Does not resolve: ${entityId}`,
    blocks: [
      `${entityId} does not resolve in ${anchor}. Other members refuse it until this is fixed.`,
      { quote: reason },
      {
        facts: [
          ['Entity', entityId],
          ['Failed check', code],
          ['Since', timeInUtc(since)],
        ],
      },
      'Fix the Entity Configuration of the entity, or ask the operators if their policy is the reason. The entity is checked again automatically.',
    ],
    footer: footerFor(reader),
  })
