/** Keys for scripts. */
import type { Apikey } from '#prisma/generated/client/client.ts'
import { isRole } from '#server/identity/roles.ts'
import { RoleEnum } from '#server/schema/access/viewer.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { recentlySignedIn, textNodeId } from '#server/schema/input.ts'

const { InvalidInputError, NotFoundError, ReauthenticationRequiredError } = failures

export const ApiKeyState = builder.enumType('ApiKeyState', {
  description: 'The state of an API key.',
  values: {
    ACTIVE: { description: 'It works, as long as its owner may sign in.' },
    EXPIRED: { description: 'Past its expiry.' },
    REVOKED: { description: 'Revoked, for good.' },
  } as const,
})

export type ApiKeyStateName = 'ACTIVE' | 'EXPIRED' | 'REVOKED'

function stateOf({ enabled, expiresAt }: Pick<Apikey, 'enabled' | 'expiresAt'>): ApiKeyStateName {
  if (enabled === false) return 'REVOKED'
  return expiresAt && expiresAt <= new Date() ? 'EXPIRED' : 'ACTIVE'
}

export const ApiKeyRef = builder.prismaNode('Apikey', {
  nullable: true,
  name: 'ApiKey',
  id: { field: 'id' },
  select: { id: true },
  description: 'A key with which a script acts for a user. Only its hash is kept.',
  authScopes: { administer: true },
  fields: (t) => ({
    name: t.exposeString('name', { nullable: true, description: 'The name to recognize it by.' }),
    start: t.exposeString('start', { nullable: true, description: 'Its first characters.' }),
    owner: t.prismaField({
      type: 'User',
      nullable: true,
      description: 'For whom it acts; it dies with them.',
      select: { referenceId: true },
      resolve: (query, { referenceId }, _args, { db }) =>
        db.user.findUnique({ ...query, where: { id: referenceId } }),
    }),
    role: t.field({
      type: RoleEnum,
      nullable: true,
      description: 'A lesser role than the owner’s; null when it is the owner’s.',
      select: { metadata: true },
      resolve: ({ metadata }) => lesserRoleOf(metadata),
    }),
    enabled: t.boolean({
      description: 'Whether it works; false once it is revoked.',
      select: { enabled: true },
      resolve: ({ enabled }) => enabled ?? true,
    }),
    state: t.field({
      type: ApiKeyState,
      description: 'Its state in one word.',
      select: { enabled: true, expiresAt: true },
      resolve: stateOf,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it expires; null for never.',
    }),
    lastUsedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was used last.',
      select: { lastRequest: true },
      resolve: ({ lastRequest }) => lastRequest,
    }),
  }),
})

/** The library keeps metadata as JSON text, in one wrapping or two. */
function lesserRoleOf(metadata: string | null) {
  let value: unknown = metadata
  for (let unwrapped = 0; typeof value === 'string' && unwrapped < 2; unwrapped++) value = JSON.parse(value)
  const role = typeof value === 'object' && value !== null && 'role' in value ? value.role : null
  return isRole(role) ? role : null
}

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'A key to make.',
  fields: (t) => ({
    username: t.string({ required: true, description: 'For whom it acts; it does no more than they may.' }),
    name: t.string({ required: true, description: 'A name to recognize it by.' }),
    role: t.field({ type: RoleEnum, description: 'A lesser role than the owner’s.' }),
    days: t.int({ description: 'Days until it expires; without, it does not.' }),
  }),
})

const RevokeApiKeyInput = builder.inputType('RevokeApiKeyInput', {
  description: 'Which key.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The key’s id.' }) }),
})

const NewApiKey = builder.objectRef<{ id: string; key: string }>('NewApiKey').implement({
  description: 'A key just made.',
  authScopes: { administer: true },
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The key itself; it is shown only this once.' }),
    apiKey: t.prismaField({
      type: 'Apikey',
      description: 'What is kept of it.',
      resolve: (query, { id }, _args, { db }) => db.apikey.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
})

builder.mutationFields((t) => ({
  createApiKey: t.field({
    type: NewApiKey,
    description: 'Makes an API key and answers it, once.',
    authScopes: { administer: true },
    errors: { types: [InvalidInputError, NotFoundError, ReauthenticationRequiredError] },
    args: { input: t.arg({ type: CreateApiKeyInput, required: true, description: 'Which.' }) },
    resolve: (_root, { input: { username, name, role, days } }, context) => {
      const limits = { ...(role ? { role } : {}), ...(typeof days === 'number' ? { days } : {}) }
      return context.accounts.createApiKey(recentlySignedIn(context), { username, keyName: name, ...limits })
    },
  }),
  revokeApiKey: t.field({
    type: ApiKeyRef,
    description: 'Revokes an API key, for good.',
    authScopes: { administer: true },
    errors: { types: [NotFoundError, ReauthenticationRequiredError] },
    args: { input: t.arg({ type: RevokeApiKeyInput, required: true, description: 'Which.' }) },
    resolve: async (_root, { input }, context) => {
      const id = textNodeId(input.id, 'ApiKey')
      await context.accounts.revokeApiKey(recentlySignedIn(context), id)
      return context.db.apikey.findUniqueOrThrow({ where: { id } })
    },
  }),
}))
