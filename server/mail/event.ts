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
