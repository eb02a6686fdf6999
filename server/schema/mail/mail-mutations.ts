/** The mutation of e-mails. */
import { failures } from '#server/schema/error.ts'
import { nodeId } from '#server/schema/input.ts'
import { byId } from '#server/schema/input-fields.ts'
import { MailRef } from '#server/schema/mail/mail.ts'
import { operation } from '#server/schema/operation.ts'

const { ConflictError, NotFoundError } = failures

operation('retryMail', {
  describes: 'Sends an e-mail again that failed, and tries for three days.',
  scope: 'administer',
  ofInstallation: true,
  input: byId('e-mail', 'An e-mail that failed.'),
  result: MailRef,
  errors: [ConflictError, NotFoundError],
  run: (input, { installation: { mails }, caller }) => mails.retry(caller, nodeId(input.id, 'Mail')),
})
