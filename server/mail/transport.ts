/** Hands e-mails to the configured SMTP server. */
import type { NodemailerError, SMTPPoolOptions } from 'nodemailer'
import nodemailer from 'nodemailer'
import type { MailConfig } from '#server/config/config.ts'
import { canReceive } from '#server/mail/address.ts'
import type { Message } from '#server/mail/layout.ts'

/** For one message, the connection included. */
const TIME_LIMIT_MS = 15_000
const STEP_LIMIT_MS = 10_000
const IDLE_MS = 10_000

export type Transport = {
  /** @throws DeliveryError after 15 seconds at the latest */
  send(to: string, messageId: string, message: Message, signal?: AbortSignal): Promise<void>
  close(): void
}

export type TransportLimits = { total: number; step: number }

export function createTransport(
  { smtpUrl, from }: MailConfig,
  { total, step }: TransportLimits = { total: TIME_LIMIT_MS, step: STEP_LIMIT_MS },
): Transport {
  const options: SMTPPoolOptions & { pool: true } = {
    url: smtpUrl,
    pool: true,
    maxConnections: 1,
    maxRequeues: 0, // the outbox repeats
    idleTimeout: IDLE_MS,
    connectionTimeout: step,
    greetingTimeout: step,
    socketTimeout: step,
    dnsTimeout: step,
    socketCloseTimeout: 0,
    requireTLS: needsTls(smtpUrl),
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  }
  const mailer = nodemailer.createTransport(options)
  return {
    async send(to, messageId, { subject, text, html }, closing) {
      if (!canReceive(to)) throw new DeliveryError('This is not an e-mail address.', { isFinal: true })
      const limit = AbortSignal.timeout(total)
      await mailer
        .sendMail({
          from,
          to: { name: '', address: to },
          envelope: { from: from.address, to: [to] },
          messageId,
          subject,
          text,
          html,
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal: closing ? AbortSignal.any([limit, closing]) : limit,
        })
        .catch((error) => {
          throw toDeliveryError(error)
        })
    },
    close: () => mailer.close(),
  }
}

/** A password is sent over TLS only, except to this machine. */
function needsTls(smtpUrl: string): boolean {
  const { protocol, hostname, password } = new URL(smtpUrl)
  return protocol === 'smtp:' && password !== '' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)
}

/** Says why an e-mail was not delivered, and whether another attempt can help. The sentences hold no secret. */
export class DeliveryError extends Error {
  override name = 'DeliveryError'
  /** The SMTP server refuses this message or its recipient for good. */
  readonly isFinal: boolean
  /** The SMTP server took no message at all, so the next one would fail too. */
  readonly isOutage: boolean

  constructor(message: string, { isFinal = false, isOutage = false } = {}) {
    super(message)
    this.isFinal = isFinal
    this.isOutage = isOutage
  }
}

const MAXIMUM_ANSWER = 300
/** Commands with which the server judges the recipient and the message, rather than us. */
const judging: readonly string[] = ['RCPT TO', 'DATA']

const outages: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'The SMTP server did not answer in time.',
  EABORT: 'The SMTP server did not answer in time.',
  EDNS: 'The name of the SMTP server cannot be resolved.',
  ETLS: 'TLS with the SMTP server failed. Check its certificate, and whether it offers STARTTLS.',
  EAUTH: 'The SMTP server refused the user or the password in SMTP_URL.',
  ECONNECTION: 'The SMTP server closed the connection.',
  ESOCKET: 'The SMTP server cannot be reached.',
}

function toDeliveryError(error: NodemailerError): DeliveryError {
  const { code = '', response, permanent = false, command = '' } = error
  const outage = outages[code]
  if (outage) return new DeliveryError(outage, { isOutage: true })
  if (!response) return new DeliveryError('The message could not be sent.')
  const answer = response.replace(/[\p{Cc}\s]+/gu, ' ').slice(0, MAXIMUM_ANSWER)
  return new DeliveryError(`The SMTP server answered: ${answer}`, {
    isFinal: permanent && judging.includes(command),
  })
}
