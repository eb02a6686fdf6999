/** Takes an account away from a thief. */
import type { Secured } from '#server/auth/securing.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { textNodeId } from '#server/schema/input.ts'
import { operation } from '#server/schema/operation.ts'
import { UserRef } from './user.ts'

const { ConflictError, NotFoundError } = failures

/** Changes that the answer names; the others are counted. */
const NAMED = 100

const SecuredUser = builder.objectRef<Secured>('SecuredUser').implement({
  description: 'What was ended of an account, and what it has done.',
  authScopes: { administerInstallation: true },
  fields: (t) => ({
    user: t.prismaField({
      type: UserRef,
      description: 'The user.',
      resolve: (query, { userId }, _args, { db }) =>
        db.user.findUniqueOrThrow({ ...query, where: { id: userId } }),
    }),
    sessionsEnded: t.exposeInt('sessionsEnded', { description: 'The sessions that ended.' }),
    apiKeysRevoked: t.exposeInt('apiKeysRevoked', {
      description: 'The API keys that were revoked: of the user, made by the user, and made by one of these.',
    }),
    invitationsEnded: t.exposeInt('invitationsEnded', {
      description: 'The open invitations that ended: of the user, and by the user.',
    }),
    requestsEnded: t.exposeInt('requestsEnded', {
      description: 'The open approvals of the user that ended.',
    }),
    changeCount: t.int({
      description: 'The number of changes by the account since then.',
      resolve: ({ changes }, _args, { db }) => db.auditEvent.count({ where: changes }),
    }),
    changes: t.prismaField({
      type: ['AuditEvent'],
      description: 'The newest 100 of them, the newest first.',
      resolve: (query, { changes }, _args, { db }) =>
        db.auditEvent.findMany({ ...query, where: changes, orderBy: { id: 'desc' }, take: NAMED }),
    }),
  }),
})

operation('secureUser', {
  describes:
    'Takes an account away from a thief: locks it out, ends its sessions, open approvals and open invitations, revokes the API keys that it owns or made, and says what it has done. One administrator may do it alone, as `updateUser` with `banned`, and once in 24 hours for the same account where access is protected; to let the user in again takes a new password or second factor first.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: {
    describes: 'An account that may be stolen.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The user’s id.' }),
      since: t.field({
        type: 'DateTime',
        description: 'From when on `changes` are; 30 days ago by default.',
      }),
      lockOut: t.boolean({
        description:
          'Whether the user is locked out too. True by default. Without it, no second person is needed.',
      }),
    }),
  },
  result: SecuredUser,
  errors: [ConflictError, NotFoundError],
  async run({ id, since, lockOut }, { installation: { accounts }, caller }) {
    const user = await accounts.findUserById(textNodeId(id, 'User'))
    const name = user.username ?? user.email
    return accounts.secureUser(caller, name, { since: since ?? undefined, lockOut: lockOut ?? true })
  },
})
