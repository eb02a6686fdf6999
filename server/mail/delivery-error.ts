/** Says why an e-mail was not delivered, and whether another attempt can help. The sentences hold no secret. */
import type { NodemailerError } from 'nodemailer'

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

export function toDeliveryError(error: NodemailerError): DeliveryError {
  const { code = '', response, permanent = false, command = '' } = error
  const outage = outages[code]
  if (outage) return new DeliveryError(outage, { isOutage: true })
  if (!response) return new DeliveryError('The message could not be sent.')
  const answer = response.replace(/[\p{Cc}\s]+/gu, ' ').slice(0, MAXIMUM_ANSWER)
  return new DeliveryError(`The SMTP server answered: ${answer}`, {
    isFinal: permanent && judging.includes(command),
  })
}
