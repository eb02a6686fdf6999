/** Sends e-mails again that were given up. */
import type { Mail } from '#prisma/generated/client/client.ts'
import type { Clock } from '#server/clock.ts'
import type { Database } from '#server/database/client.ts'
import { ConflictError, NotFoundError } from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { type MailOutbox, PATIENCE_MS } from '#server/mail/outbox.ts'
import { recordChange } from '#server/services/write.ts'

type Parts = { db: Database; mail: MailOutbox; now: Clock }

export type MailService = ReturnType<typeof createMailService>

export function createMailService({ db, mail: { isOn }, now }: Parts) {
  return {
    /** It is tried for three days again. @throws ConflictError, NotFoundError */
    retry: (caller: Caller, id: number): Promise<Mail> =>
      recordChange(db, caller, async (tx) => {
        const mail = await tx.mail.findUnique({ where: { id } })
        if (!mail)
          throw new NotFoundError('There is no such e-mail. It may have been deleted after 30 days.', 'id')
        if (mail.state !== 'FAILED') throw notFailed()
        if (mail.body === null) throw new ConflictError('Its text was not kept. It cannot be sent.', 'id')
        if (!isOn) throw new ConflictError('This server sends no e-mail. Set SMTP_URL and MAIL_FROM.')
        const at = now()
        const data = { state: 'WAITING', attempts: 0, nextAt: at, endedAt: null }
        const giveUpAt = new Date(at.getTime() + PATIENCE_MS)
        const { count } = await tx.mail.updateMany({
          where: { id, state: 'FAILED' },
          data: { ...data, giveUpAt },
        })
        if (count === 0) throw notFailed()
        const result = await tx.mail.findUniqueOrThrow({ where: { id } })
        const after = { event: mail.event, lastError: mail.lastError }
        return { action: 'retryMail', resource: mail.recipient, after, result }
      }),
  }
}

const notFailed = () => new ConflictError('Only an e-mail that failed can be sent again.', 'id')
