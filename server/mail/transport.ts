/** Hands e-mails to the configured SMTP server. */
import nodemailer, { type SMTPPoolOptions } from 'nodemailer'
import type { MailConfig } from '#server/config/config.ts'
import { canReceive } from '#server/mail/address.ts'
import { DeliveryError, toDeliveryError } from '#server/mail/delivery-error.ts'
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
