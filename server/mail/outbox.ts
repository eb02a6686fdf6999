/** Keeps e-mails in the transaction of the change that asks for them. A sender takes them after the commit (sender.ts). */
import type { Clock } from '#server/clock.ts'
import type { MailConfig } from '#server/config/config.ts'
import type { Transaction } from '#server/database/client.ts'
import type { Secrets } from '#server/database/sealed-text.ts'
import { canReceive } from '#server/mail/address.ts'
import type { Audience } from '#server/mail/audience.ts'
import type { MailEvent } from '#server/mail/event.ts'
import type { Message } from '#server/mail/layout.ts'
import { createSeal } from '#server/mail/seal.ts'

export type NewMail = {
  event: MailEvent
  /** The address. */
  to: string
  /** The slug of the anchor that it is about. */
  anchor?: string
  /** Who may read it when it is sent; absent: its recipient, whose rights do not matter. */
  audience?: Audience
  /** It is sent however many the address has received. */
  isUnlimited?: true
  message: Message
  /** A message with the same key is sent once. */
  dedupeKey?: string
}

export type MailOutbox = {
  /** False: no e-mail is sent, and nothing is kept. */
  isOn: boolean
  /** Where the console is, for links. */
  consoleUrl: URL
  /** Returns how many it added. */
  enqueue(tx: Pick<Transaction, 'mail'>, mails: readonly NewMail[]): Promise<number>
}

export type OutboxConfig = Secrets & {
  mail: MailConfig | null
  adminUrl: string
  loginRedirectUrl: string
}

/** For parts that run without a configuration. */
export const noMail: MailOutbox = {
  isOn: false,
  consoleUrl: new URL('http://localhost'),
  enqueue: async () => 0,
}

/** Whether a message to the address is sent. */
export const canMail = ({ isOn }: Pick<MailOutbox, 'isOn'>, address: string) => isOn && canReceive(address)

const HOUR_MS = 3_600_000
/** How long a message is tried. */
export const PATIENCE_MS = 72 * HOUR_MS
/** Messages that one address receives in 24 hours. */
export const DAILY_LIMIT = 50
const TOO_MANY = `Not sent: the address received ${DAILY_LIMIT} messages within 24 hours.`

export function createMailOutbox(config: OutboxConfig, now: Clock): MailOutbox {
  const seal = createSeal(config)
  const isOn = config.mail !== null
  return {
    isOn,
    consoleUrl: new URL(config.loginRedirectUrl, config.adminUrl),

    async enqueue(tx, mails) {
      if (!isOn) return 0
      const wanted = await withoutRepetitions(
        tx,
        mails.filter(({ to }) => canReceive(to)),
      )
      if (wanted.length === 0) return 0
      const at = now()
      const counts = await countRecent(tx, wanted, at)
      const data = []
      for (const { event, to, anchor = null, audience = null, dedupeKey = null, ...mail } of wanted) {
        const count = (counts.get(to) ?? 0) + 1
        counts.set(to, count)
        const common = { event, recipient: to, anchor, audience, dedupeKey, createdAt: at, nextAt: at }
        const giveUpAt = new Date(at.getTime() + PATIENCE_MS)
        if (count <= DAILY_LIMIT || mail.isUnlimited)
          data.push({ ...common, giveUpAt, body: await seal.close(mail.message) })
        else data.push({ ...common, giveUpAt: at, endedAt: at, state: 'FAILED', lastError: TOO_MANY })
      }
      const { count: added } = await tx.mail.createMany({ data, skipDuplicates: true })
      return added
    },
  }
}

/** Without those whose key is known already. */
async function withoutRepetitions(
  tx: Pick<Transaction, 'mail'>,
  mails: readonly NewMail[],
): Promise<NewMail[]> {
  const keys = mails.flatMap(({ dedupeKey }) => dedupeKey ?? [])
  if (keys.length === 0) return [...mails]
  const rows = await tx.mail.findMany({ where: { dedupeKey: { in: keys } }, select: { dedupeKey: true } })
  const known = new Set(rows.map(({ dedupeKey }) => dedupeKey))
  return mails.filter(({ dedupeKey }) => dedupeKey === undefined || !known.has(dedupeKey))
}

/** What each address received in the last 24 hours, or will. */
async function countRecent(
  tx: Pick<Transaction, 'mail'>,
  mails: readonly NewMail[],
  at: Date,
): Promise<Map<string, number>> {
  const rows = await tx.mail.groupBy({
    by: ['recipient'],
    where: {
      recipient: { in: [...new Set(mails.map(({ to }) => to))] },
      createdAt: { gt: new Date(at.getTime() - 24 * HOUR_MS) },
      NOT: { state: 'FAILED', body: null },
    },
    _count: true,
  })
  return new Map(rows.map(({ recipient, _count }) => [recipient, _count]))
}
