/** Expected failures as types of result unions; everything else is masked and logged by the server (app.ts). */
import { encodeGlobalID } from '@pothos/plugin-relay'
import {
  ConflictError,
  InvalidInputError,
  KeyDirectoryReadOnlyError,
  NotFoundError,
  type OperationError,
  ReauthenticationRequiredError,
  UnavailableError,
  UnsafeKeyChangeError,
} from '#server/error/operation-error.ts'
import { builder } from '#server/schema/builder.ts'
import { EntityCheckRef } from '#server/schema/entity/entity-inspection.ts'
import { EntityRejectedError } from '#server/services/entity/checks.ts'

const ErrorCode = builder.enumType('ErrorCode', {
  description: 'What kind of failure it is.',
  values: {
    INVALID_INPUT: { description: 'A field has a value that may not stand.' },
    CONFLICT: { description: 'It exists already, or somebody else changed it first.' },
    NOT_FOUND: { description: 'The thing to act on does not exist.' },
    ENTITY_REJECTED: { description: 'The entity’s own configuration failed a check.' },
    UNAVAILABLE: {
      description: 'Something the operation needs cannot be reached at present; try again later.',
    },
    UNSAFE_KEY_CHANGE: {
      description: 'The step of a key rollover would break what others hold; its message says until when.',
    },
    KEY_DIRECTORY_READ_ONLY: { description: 'The key directory cannot be written by the admin server.' },
    REAUTHENTICATION_REQUIRED: {
      description: 'The session is too old for this: sign in again and repeat it. API keys are never asked.',
    },
  } as const,
})

const OperationErrorInterface = builder.interfaceRef<OperationError>('Error').implement({
  description: 'An expected failure of an operation. Nothing was changed.',
  fields: (t) => ({
    message: t.exposeString('message', {
      description: 'What is wrong and what to do, as a sentence for people.',
      authScopes: { anyone: true },
    }),
    code: t.expose('code', {
      type: ErrorCode,
      description: 'What kind of failure it is, for programs.',
      authScopes: { anyone: true },
    }),
    path: t.stringList({
      nullable: true,
      description: 'The input field at fault, from `input` inwards; null when no single field is.',
      authScopes: { anyone: true },
      resolve: ({ path }) => path && ['input', ...path.map(String)],
    }),
  }),
})

const concrete = [
  [InvalidInputError, 'InvalidInputError', 'A field has a value that may not stand.'],
  [NotFoundError, 'NotFoundError', 'The thing to act on does not exist.'],
  [UnavailableError, 'UnavailableError', 'Something the operation needs cannot be reached at present.'],
  [
    KeyDirectoryReadOnlyError,
    'KeyDirectoryReadOnlyError',
    'The key directory cannot be written by the admin server.',
  ],
  [ReauthenticationRequiredError, 'ReauthenticationRequiredError', 'The session is too old for this.'],
] as const
for (const [errorClass, name, description] of concrete) {
  builder.objectType(errorClass, { name, description, interfaces: [OperationErrorInterface] })
}

builder.objectType(ConflictError, {
  name: 'ConflictError',
  description: 'It exists already, or somebody else changed it first.',
  interfaces: [OperationErrorInterface],
  fields: (t) => ({
    existing: t.field({
      type: 'ID',
      nullable: true,
      description: 'The id of what exists already; null when the conflict is another.',
      authScopes: { read: true },
      resolve: ({ existing }) => existing && encodeGlobalID(existing.typename, existing.id),
    }),
  }),
})

builder.objectType(EntityRejectedError, {
  name: 'EntityRejectedError',
  description: 'The entity’s own configuration failed a check, so it was not registered or renewed.',
  interfaces: [OperationErrorInterface],
  fields: (t) => ({
    checks: t.field({
      type: [EntityCheckRef],
      description: 'Every check that was made, with its result.',
      authScopes: { anyone: true },
      resolve: ({ checks }) => [...checks],
    }),
  }),
})

builder.objectType(UnsafeKeyChangeError, {
  name: 'UnsafeKeyChangeError',
  description: 'The step of a key rollover would break what others hold.',
  interfaces: [OperationErrorInterface],
  fields: (t) => ({
    safeFrom: t.expose('safeFrom', {
      type: 'DateTime',
      nullable: true,
      description: 'When it becomes safe; null when that depends on something else than time.',
      authScopes: { anyone: true },
    }),
  }),
})

/** Shorthand for the `errors` option of a mutation. */
export const failures = {
  InvalidInputError,
  ConflictError,
  NotFoundError,
  EntityRejectedError,
  UnavailableError,
  UnsafeKeyChangeError,
  KeyDirectoryReadOnlyError,
  ReauthenticationRequiredError,
}
