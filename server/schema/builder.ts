/** Creates the schema builder with plugins, scalars and scopes; types are elsewhere. */
import SchemaBuilder from '@pothos/core'
import ErrorsPlugin from '@pothos/plugin-errors'
import PrismaPlugin from '@pothos/plugin-prisma'
import RelayPlugin from '@pothos/plugin-relay'
import ScopeAuthPlugin from '@pothos/plugin-scope-auth'
import type { GraphQLError } from 'graphql'
import type PrismaTypes from '#prisma/generated/pothos-types.ts'
import { getDatamodel } from '#prisma/generated/pothos-types.ts'
import { requestError } from '#server/error/request-error.ts'
import {
  type Caller,
  callerMay,
  hasRole,
  inInstallation,
  isMember,
  mayAnywhere,
  ownsAccount,
} from '#server/identity/caller.ts'
import type { Scope } from '#server/identity/roles.ts'
import { type FactorStep, sentenceOfStep } from '#server/identity/strength.ts'
import type { Context } from '#server/schema/context.ts'
import { decodeNodeId, encodeNodeId, isNodeType, isOfInstallation } from '#server/schema/global-id.ts'
import PasswordChangePlugin from '#server/schema/password-change.ts'

type Scalar<T> = { Input: T; Output: T }

type FurtherScope =
  | 'anyone'
  | 'known'
  | 'member'
  | 'ownAccount'
  | 'administerInstallation'
  | 'operateAnywhere'
  | 'administerAnywhere'

export type SchemaTypes = {
  Context: Context
  PrismaTypes: PrismaTypes
  /**
   * `ownAccount`: any caller with a session that is as strong as its account, even before a required second factor is set up; `known`: any caller with a role
   * in any anchor; `member`: any who acts for an organization; `administerInstallation`: an administrator of more than
   * single anchors, also where the field is about one; `operateAnywhere`, `administerAnywhere`: in the installation or in any
   * anchor.
   */
  AuthScopes: Record<Scope | FurtherScope, boolean>
  DefaultFieldNullability: false
  Scalars: {
    ID: { Input: string; Output: string | number | bigint }
    DateTime: Scalar<Date>
    EntityIdentifier: Scalar<string>
    URL: Scalar<string>
    JWT: Scalar<string>
    JSON: { Input: unknown; Output: unknown }
    JWKS: { Input: unknown; Output: unknown }
  }
}

const MAXIMUM_IDS = 100

export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [ErrorsPlugin, ScopeAuthPlugin, PasswordChangePlugin, PrismaPlugin, RelayPlugin],
  defaultFieldNullability: false,
  errors: { defaultTypes: [] },
  scopeAuth: {
    authScopes: ({ caller }) => ({
      anyone: true,
      known: caller !== null && !caller.factorStep && hasRole(caller),
      member: caller !== null && !caller.factorStep && isMember(caller),
      ownAccount: caller !== null && ownsAccount(caller),
      read: caller !== null && callerMay(caller, 'read'),
      operate: caller !== null && callerMay(caller, 'operate'),
      administer: caller !== null && callerMay(caller, 'administer'),
      operateAnywhere: caller !== null && mayAnywhere(caller, 'operate'),
      administerAnywhere: caller !== null && mayAnywhere(caller, 'administer'),
      administerInstallation: caller !== null && callerMay(inInstallation(caller), 'administer'),
    }),
    // Also at the start: an open stream would reveal when something happens.
    authorizeOnSubscribe: true,
    unauthorizedError: (_parent, { caller }) => refusalOf(caller),
  },
  prisma: {
    client: ({ db }) => db,
    dmmf: getDatamodel(),
    exposeDescriptions: { fields: true },
    filterConnectionTotalCount: true,
    maxConnectionSize: 100,
    defaultConnectionSize: 25,
    onUnusedQuery: null,
  },
  relay: {
    clientMutationId: 'omit',
    nodesOnConnection: true,
    cursorType: 'String',
    encodeGlobalID: (typename, id, { anchor }) => encodeNodeId(typename, id, anchor),
    decodeGlobalID: decodeNodeId,
    nodeQueryOptions: {
      description: 'An object by its global id; null if it does not exist.',
      authScopes: (_root, { id }) => scopesOf([id]),
      args: { id: { description: 'The global id.' } },
      resolve: (_root, { id }, _context, { schema }, resolveNode) =>
        isNodeType(schema, id.typename) ? resolveNode(id) : null,
    },
    nodesQueryOptions: {
      description: 'Objects by their global ids, in the order of the ids; null where none exists.',
      authScopes: (_root, { ids }) => scopesOf(ids),
      args: { ids: { description: `The global ids, at most ${MAXIMUM_IDS}.` } },
      resolve: async (_root, args, _context, { schema }, resolveNodes) => {
        const { ids } = args
        if (ids.length > MAXIMUM_IDS)
          throw requestError('BAD_USER_INPUT', `At most ${MAXIMUM_IDS} ids are allowed.`)
        const known = ids.filter(({ typename }) => isNodeType(schema, typename))
        args.ids = known // the plugin resolves these
        const found = (await resolveNodes(known)).values()
        return ids.map((id) => (known.includes(id) ? found.next().value : null))
      },
    },
  },
})

/** The types of the installation have stricter scopes of their own. */
function scopesOf(ids: readonly { typename: string }[]): { read: true } | { known: true } {
  return ids.every(({ typename }) => isOfInstallation(typename)) ? { known: true } : { read: true }
}

function refusalOf(caller: Caller | null): GraphQLError {
  if (!caller) return requestError('UNAUTHENTICATED', 'Sign in, or send an API key.')
  if (caller.factorStep) return requestError('SECOND_FACTOR_REQUIRED', sentenceOf(caller, caller.factorStep))
  if (caller.role === null)
    return requestError(
      'FORBIDDEN',
      caller.session ? 'You have no role here.' : 'This API key has no role here.',
    )
  const who = caller.session ? `Your role, ${caller.role},` : `An API key of the role ${caller.role}`
  return requestError('FORBIDDEN', `${who} does not allow this.`)
}

function sentenceOf(caller: Caller, step: FactorStep): string {
  if (step !== 'SET_UP' || !hasRole(caller)) return sentenceOfStep(step, 'Your account')
  return sentenceOfStep(step, caller.role ? `The role ${caller.role}` : 'Your role')
}
