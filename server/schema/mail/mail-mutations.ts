/** The mutation of e-mails. */
import { failures } from '#server/schema/error.ts'
import { nodeId } from '#server/schema/input.ts'
import { MailRef } from '#server/schema/mail/mail.ts'
import { operation } from '#server/schema/operation.ts'

const { ConflictError, NotFoundError } = failures

operation('retryMail', {
  describes: 'Sends an e-mail again that failed, and tries for three days.',
  scope: 'administer',
  ofInstallation: true,
  input: {
    describes: 'An e-mail that failed.',
    fields: (t) => ({ id: t.id({ required: true, description: 'The e-mail’s id.' }) }),
  },
  result: MailRef,
  errors: [ConflictError, NotFoundError],
  run: (input, { mails, caller }) => mails.retry(caller, nodeId(input.id, 'Mail')),
})
