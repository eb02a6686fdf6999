/** The mutation of e-mails. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { nodeId, requireCaller } from '#server/schema/input.ts'
import { MailRef } from '#server/schema/mail/mail.ts'

const { ConflictError, NotFoundError } = failures

const RetryMailInput = builder.inputType('RetryMailInput', {
  description: 'An e-mail that failed.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The e-mail’s id.' }) }),
})

builder.mutationField('retryMail', (t) =>
  t.field({
    extensions: { ofInstallation: true },
    type: MailRef,
    description: 'Sends an e-mail again that failed, and tries for three days.',
    authScopes: { administer: true },
    errors: { types: [ConflictError, NotFoundError] },
    args: { input: t.arg({ type: RetryMailInput, required: true, description: 'The e-mail.' }) },
    resolve: (_root, { input }, context) =>
      context.mails.retry(requireCaller(context), nodeId(input.id, 'Mail')),
  }),
)
