/** What e-mails are about. */

const mailEvents = {
  INVITATION: 'A link with which a new user chooses a password.',
} as const
export type MailEvent = keyof typeof mailEvents
