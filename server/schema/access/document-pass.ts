/** The pass for documents that are not the console's. */
import type { DocumentPass } from '#server/auth/document-pass.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { requireRecentSession } from '#server/schema/input.ts'
import { operation } from '#server/schema/operation.ts'

const DocumentPassRef = builder.objectRef<DocumentPass>('DocumentPass').implement({
  description:
    'Allows one session to send GraphQL documents of its own, where TRUSTED_DOCUMENTS is sessions.',
  authScopes: { known: true },
  fields: (t) => ({
    token: t.exposeString('token', { description: 'The value of the header Inmor-Document-Pass.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'An hour later, or with the session.',
    }),
  }),
})

operation('requestDocumentPass', {
  describes: 'Lets the caller’s session send documents that are not the console’s, for an hour.',
  scope: { $all: { ownAccount: true, known: true } },
  ofInstallation: true,
  result: DocumentPassRef,
  errors: [failures.ReauthenticationRequiredError],
  run: (_input, context) =>
    context.installation.ownAccount.requestDocumentPass(requireRecentSession(context)),
})
