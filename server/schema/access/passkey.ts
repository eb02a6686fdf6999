/** Passkeys: the caller's own, and those of others, which administrators confirm. */
import { Actor } from '#server/schema/access/actor.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { failures } from '#server/schema/error.ts'
import { requireRecentSession } from '#server/schema/input.ts'
import { byId } from '#server/schema/input-fields.ts'
import { operation } from '#server/schema/operation.ts'
import { countsByAgeFrom, doesCount } from '#server/services/protection/passkeys.ts'

const { ConflictError, NotFoundError, ReauthenticationRequiredError } = failures

const hoursByRequest = new WeakMap<Context, Promise<number>>()

/** Read once for all passkeys of a request. */
function passkeyHoursOf(context: Context): Promise<number> {
  const known = hoursByRequest.get(context)
  if (known) return known
  const read = context.installation.protection.read().then(({ passkeyHours }) => passkeyHours)
  hoursByRequest.set(context, read)
  return read
}

export const PasskeyRef = builder.prismaObject('Passkey', {
  description: 'A passkey. Only its public key is stored.',
  authScopes: { ownAccount: true, administerInstallation: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The passkey’s id.' }),
    name: t.exposeString('name', { nullable: true, description: 'Its name.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true }),
    isBackedUp: t.exposeBoolean('backedUp'),
    confirmedBy: t.expose('confirmedBy', { type: Actor, nullable: true }),
    confirmedAt: t.expose('confirmedAt', { type: 'DateTime', nullable: true }),
    counts: t.boolean({
      description: 'Whether it counts for approvals: it is known for `passkeyHours`, or was confirmed.',
      select: { createdAt: true, confirmedAt: true },
      resolve: async (passkey, _args, context) =>
        doesCount(passkey, { hours: await passkeyHoursOf(context), now: context.now() }),
    }),
    countsFrom: t.field({
      type: 'DateTime',
      description: 'From when it counts for approvals without a confirmation.',
      select: { createdAt: true },
      resolve: async (passkey, _args, context) => countsByAgeFrom(passkey, await passkeyHoursOf(context)),
    }),
  }),
})

operation('confirmPasskey', {
  describes:
    'Confirms a new passkey of another user, so that it counts for approvals before its time, but not for what the confirmer asks for. Compare it with its owner first. Not for API keys.',
  scope: { $all: { ownAccount: true, administerInstallation: true } },
  ofInstallation: true,
  input: byId('passkey', 'The passkey to confirm.'),
  result: PasskeyRef,
  errors: [ConflictError, NotFoundError, ReauthenticationRequiredError],
  run: (input, context) =>
    context.installation.accounts.confirmPasskey(requireRecentSession(context), input.id),
})
