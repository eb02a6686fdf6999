/** API keys for scripts. */
import type { Apikey } from '#prisma/generated/client/client.ts'
import { parseKeyMetadata } from '#server/auth/key-holders.ts'
import { RoleEnum } from '#server/schema/access/viewer.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { textNodeId } from '#server/schema/input.ts'
import { byId } from '#server/schema/input-fields.ts'
import { operation } from '#server/schema/operation.ts'

const { InvalidInputError, NotFoundError } = failures

export const ApiKeyState = builder.enumType('ApiKeyState', {
  description: 'The state of an API key.',
  values: {
    ACTIVE: { description: 'Valid, as long as its owner may sign in.' },
    EXPIRED: { description: 'Expired.' },
    REVOKED: { description: 'Revoked permanently.' },
  } as const,
})

export type ApiKeyStateName = 'ACTIVE' | 'EXPIRED' | 'REVOKED'

function stateOf({ enabled, expiresAt }: Pick<Apikey, 'enabled' | 'expiresAt'>, now: Date): ApiKeyStateName {
  if (enabled === false) return 'REVOKED'
  return expiresAt && expiresAt <= now ? 'EXPIRED' : 'ACTIVE'
}

export const ApiKeyRef = builder.prismaNode('Apikey', {
  nullable: true,
  name: 'ApiKey',
  id: { field: 'id' },
  select: { id: true },
  description: 'A key with which a script acts for a user. Only its hash is stored.',
  authScopes: { administerInstallation: true },
  fields: (t) => ({
    name: t.exposeString('name', { nullable: true, description: 'Its name.' }),
    start: t.exposeString('start', { nullable: true, description: 'Its first characters.' }),
    owner: t.prismaField({
      type: 'User',
      nullable: true,
      description:
        'The owner. The key has at most the owner’s rights and stops working when the owner is locked out.',
      select: { referenceId: true },
      resolve: (query, { referenceId }, _args, { db }) =>
        db.user.findUnique({ ...query, where: { id: referenceId } }),
    }),
    role: t.field({
      type: RoleEnum,
      nullable: true,
      description: 'A lower role than the owner’s; null: the owner’s role.',
      select: { metadata: true },
      resolve: ({ metadata }) => parseKeyMetadata(metadata).role ?? null,
    }),
    anchorSlug: t.string({
      nullable: true,
      description: 'The slug of the only anchor in which it is valid; null: in every one of its owner.',
      select: { metadata: true },
      resolve: ({ metadata }) => parseKeyMetadata(metadata).anchor ?? null,
    }),
    enabled: t.boolean({
      description: 'False once it is revoked.',
      select: { enabled: true },
      resolve: ({ enabled }) => enabled ?? true,
    }),
    state: t.field({
      type: ApiKeyState,
      description: 'Its state.',
      select: { enabled: true, expiresAt: true },
      resolve: (row, _args, { now }) => stateOf(row, now()),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true }),
    lastUsedAt: t.expose('lastRequest', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute.',
    }),
  }),
})

const CreateApiKeySuccess = builder.objectRef<{ id: string; key: string }>('CreateApiKeySuccess').implement({
  description: 'A new API key.',
  authScopes: { administer: true },
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The key itself, returned only once.' }),
    apiKey: t.prismaField({
      type: 'Apikey',
      description: 'The stored key.',
      resolve: (query, { id }, _args, { db }) => db.apikey.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
})

operation('createApiKey', {
  describes:
    'Creates an API key and returns it once. A key that an API key creates expires no later than that one, and is revoked with it.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: {
    describes: 'An API key to create.',
    fields: (t) => ({
      username: t.string({ required: true, description: 'The owner’s username.' }),
      name: t.string({ required: true, description: 'Its name.' }),
      role: t.field({
        type: RoleEnum,
        description: 'A lower role than the owner’s; the owner’s by default.',
      }),
      anchor: t.string({
        description:
          'The only anchor in which it is valid, by slug or Entity Identifier; every one of its owner by default.',
      }),
      days: t.int({
        description:
          'Days until it expires, at most 3650; 365 by default, or fewer until the API key expires that creates it. Null: it never expires.',
      }),
    }),
  },
  result: CreateApiKeySuccess,
  errors: [InvalidInputError, NotFoundError],
  run({ username, name, role, anchor, days }, { installation: { accounts }, caller }) {
    const limits = {
      ...(role ? { role } : {}),
      ...(anchor ? { anchor } : {}),
      ...(days !== undefined ? { days } : {}),
    }
    return accounts.createApiKey(caller, {
      username,
      keyName: name,
      ...limits,
    })
  },
})

operation('revokeApiKey', {
  describes: 'Revokes an API key permanently, and those that it has created.',
  scope: 'administer',
  ofInstallation: true,
  isSensitive: true,
  input: byId('key', 'The key to revoke.'),
  result: ApiKeyRef,
  errors: [NotFoundError],
  async run(input, { installation: { accounts }, caller, db }) {
    const id = textNodeId(input.id, 'ApiKey')
    await accounts.revokeApiKey(caller, id)
    return db.apikey.findUniqueOrThrow({ where: { id } })
  },
})
