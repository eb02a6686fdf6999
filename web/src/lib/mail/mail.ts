/** Describes e-mails in words: what they are about, and their states. */
import type { MailEvent, MailState } from '#lib/gql/graphql.ts'
import type { Tone } from '#lib/tone.ts'

export const mailEvents: Readonly<Record<MailEvent, string>> = {
  INVITATION: 'Invitation',
  REQUEST_CHANGED: 'Answer to a request',
  CONFIGURATION_EXPIRES: 'Entity Configuration expires',
  MEMBER_DOES_NOT_RESOLVE: 'Member does not resolve',
  TRUST_MARK_EXPIRES: 'Trust Mark expires',
  TRUST_MARK_REVOKED: 'Trust Mark revoked',
  SIGNING_KEY_CHANGED: 'Signing key changed',
  REQUESTS_WAIT: 'Requests wait',
  ALERT: 'Alert',
  DIGEST: 'Weekly digest',
}

export const mailStates: Readonly<Record<MailState, { tone: Tone; label: string; explanation: string }>> = {
  WAITING: {
    tone: 'warning',
    label: 'Waiting',
    explanation: 'It waits for its first attempt, or for another one.',
  },
  SENT: { tone: 'success', label: 'Sent', explanation: 'The SMTP server has accepted it.' },
  FAILED: {
    tone: 'error',
    label: 'Failed',
    explanation: 'It was given up, or not sent because its recipient had received too many.',
  },
}
