/** Keeps e-mails in the transaction of the change that asks for them. A sender takes them after the commit (sender.ts). */
import type { Mail, Prisma } from '#prisma/generated/client/client.ts'
import type { Clock } from '#server/clock.ts'
import type { MailConfig } from '#server/config/config.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import { createSealer, type Secrets } from '#server/database/sealed-text.ts'
import { administrators, whoMay } from '#server/identity/operators.ts'
import { canReceive } from '#server/mail/address.ts'
import type { Message } from '#server/mail/layout.ts'

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

/** Encrypts the bodies of waiting e-mails, because the link of an invitation opens an account. */
export type Seal = {
  close(message: Message): Promise<string>
  /** Null if it was encrypted with a secret that is not known any more. */
  open(body: string): Promise<Message | null>
}

export function createSeal(secrets: Secrets): Seal {
  const sealer = createSealer(secrets)
  return {
    close: (message) => sealer.seal(JSON.stringify(message)),
    async open(body) {
      const text = await sealer.open(body)
      return text === null ? null : (JSON.parse(text) as Message) // as closed above
    },
  }
}

/** What e-mails are about, and their states. */
export const mailEvents = {
  INVITATION: 'A link with which a new user chooses a password.',
  REQUEST_CHANGED: 'A step of an operator with a request of an organization.',
  CONFIGURATION_EXPIRES: 'The Entity Configuration of a member expires soon.',
  MEMBER_DOES_NOT_RESOLVE: 'A member does not resolve any more.',
  TRUST_MARK_EXPIRES: 'A Trust Mark expires soon, and is not renewed automatically.',
  TRUST_MARK_REVOKED: 'A Trust Mark was revoked.',
  SIGNING_KEY_CHANGED: 'A signing key of an anchor was announced, or signs from now on.',
  REQUESTS_WAIT: 'Requests wait for the operators, for those who chose it.',
  ALERT: 'An alert has begun, for operators.',
  DIGEST: 'What happened in a week, for operators.',
} as const
export type MailEvent = keyof typeof mailEvents

export const mailStates = {
  WAITING: 'It waits for its first attempt, or for another one.',
  SENT: 'The SMTP server has accepted it.',
  FAILED: 'It was given up, or not sent because its recipient had received too many.',
} as const

const conditions = {
  /** Those who may see the anchor. */
  READ: (slug: string) => whoMay(slug, 'read'),
  /** Those who may operate in the anchor. */
  OPERATE: (slug: string) => whoMay(slug, 'operate'),
  /** The administrators of the installation. */
  ADMINISTRATORS: () => administrators,
} as const satisfies Record<string, (slug: string) => Prisma.UserWhereInput>

export type Audience = keyof typeof conditions

const isAudience = (name: string): name is Audience => Object.hasOwn(conditions, name)

/** Whether its recipient still belongs to its audience; true without one. */
export async function mayStillRead(
  db: Database,
  { audience, anchor, recipient }: Pick<Mail, 'audience' | 'anchor' | 'recipient'>,
): Promise<boolean> {
  if (audience === null || anchor === null || !isAudience(audience)) return true
  const where = { AND: [{ email: recipient }, conditions[audience](anchor)] }
  return (await db.user.count({ where })) > 0
}
