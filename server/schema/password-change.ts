/** Refuses mutations of users who must choose a new password first, after the check of their role. */
import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core'
import type { GraphQLError, GraphQLFieldResolver } from 'graphql'
import { requestError } from '#server/error/request-error.ts'
import { PASSWORD_CHANGE_SENTENCE } from '#server/identity/password-change.ts'
import type { Context } from '#server/schema/context.ts'

const NAME = 'passwordChange'

declare global {
  namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      passwordChange: PasswordChangePlugin<Types>
    }
  }
}

/** Scopes of mutations that stay open: the caller's own sign-in methods, and what anonymous callers may do. */
const openScopes = ['ownAccount', 'anyone']

class PasswordChangePlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { kind, pothosOptions }: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (kind !== 'Mutation') return resolve
    const { authScopes } = pothosOptions as { authScopes?: object } // an option of the scope plugin
    if (openScopes.some((scope) => authScopes && Object.hasOwn(authScopes, scope))) return resolve
    return (root, args, context, info) => {
      const { caller } = context as Context // the context of this schema
      if (caller?.passwordChange === 'REQUIRED') throw createRefusal()
      return resolve(root, args, context, info)
    }
  }
}

function createRefusal(): GraphQLError {
  return requestError('PASSWORD_CHANGE_REQUIRED', PASSWORD_CHANGE_SENTENCE)
}

SchemaBuilder.registerPlugin(NAME, PasswordChangePlugin)

/** The plugin's name. It must follow the scope plugin, which wraps it. */
export default NAME
