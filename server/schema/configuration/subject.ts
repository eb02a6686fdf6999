/** What files are about: an anchor, or the installation, which administrators of the installation alone configure. */
import { requestError } from '#server/error/request-error.ts'
import { callerMay, inInstallation } from '#server/identity/caller.ts'
import type { Context } from '#server/schema/context.ts'

/** Of the argument of a plan, an export and an application. */
export const INSTALLATION =
  'Whether it is about the installation, instead of an anchor. It takes the rights of an administrator of the installation. False by default.'

/** @throws GraphQLError FORBIDDEN */
export function requireAdministrator({ caller }: Pick<Context, 'caller'>): void {
  if (!caller || !callerMay(inInstallation(caller), 'administer'))
    throw requestError('FORBIDDEN', 'Only administrators of the installation configure it.')
}
