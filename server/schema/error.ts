/** Expected failures as types of result unions. Other errors are masked and logged (plugins/graphql-error.ts). */
import { fragmentOf } from '#server/as-code/write.ts'
import {
  ConflictError,
  InvalidInputError,
  KeyDirectoryReadOnlyError,
  NotFoundError,
  type OperationError,
  ReauthenticationRequiredError,
  TooManyRequestsError,
  UnavailableError,
  UnsafeKeyChangeError,
} from '#server/error/operation-error.ts'
import type { ErrorCode as Code } from '#server/error/request-error.ts'
import { callerMay } from '#server/identity/caller.ts'
import { builder } from '#server/schema/builder.ts'
import { EntityCheckRef } from '#server/schema/entity/entity-inspection.ts'
import { encodeNodeId } from '#server/schema/global-id.ts'
import { EntityRejectedError } from '#server/services/entity/checks.ts'

/** Ends the description of a code that no result of a mutation has. */
const OUTSIDE = 'Only as `extensions.code` of an error.'

/** Each code that programs can meet, so that the promise about the API is kept for it. */
const ErrorCode = builder.enumType('ErrorCode', {
  description: 'The kind of a failure.',
  values: {
    INVALID_INPUT: { description: 'A field has an invalid value.' },
    CONFLICT: {
      description:
        'The object already exists, someone else changed it first, or a configuration file says otherwise.',
    },
    NOT_FOUND: { description: 'The object does not exist.' },
    ENTITY_REJECTED: { description: 'The entity’s configuration failed a check.' },
    UNAVAILABLE: {
      description: 'A required service is unreachable, busy or full. Try again later.',
    },
    UNSAFE_KEY_CHANGE: {
      description: 'The step of a key rollover would invalidate data in caches. The message says until when.',
    },
    KEY_DIRECTORY_READ_ONLY: { description: 'The key directory cannot be written by the admin server.' },
    REAUTHENTICATION_REQUIRED: {
      description:
        'The sign-in is not recent enough. Sign in again and repeat the operation. Never applies to API keys.',
    },
    TOO_MANY_REQUESTS: { description: 'Too many attempts from one address. Try again later.' },
    FORBIDDEN: {
      description: 'The role of the caller does not allow it. Only as `extensions.code` of an error.',
    },
    APPROVAL_REQUIRED: {
      description:
        'A second person must approve the change. Only as `extensions.code` of an error, beside the id of the `approval`.',
    },
    UNAUTHENTICATED: {
      description: `The request has no session and no API key that is valid. ${OUTSIDE}`,
    },
    SECOND_FACTOR_REQUIRED: {
      description: `The account needs a second factor first. \`Viewer.factorStep\` says what to do. ${OUTSIDE}`,
    },
    PASSWORD_CHANGE_REQUIRED: { description: `The user must choose a new password first. ${OUTSIDE}` },
    ANCHOR_REQUIRED: {
      description: `There are several anchors, and the request names none. \`extensions.anchors\` has their slugs. ${OUTSIDE}`,
    },
    DOCUMENT_NOT_TRUSTED: {
      description: `A session may send the documents of the console only, see \`requestDocumentPass\`. ${OUTSIDE}`,
    },
    NOT_ACCEPTABLE: {
      description: `The Accept header names no type of the answer: a subscription has \`text/event-stream\`. ${OUTSIDE}`,
    },
    REQUEST_ENTITY_TOO_LARGE: {
      description: `The request is larger than the role of its caller allows. ${OUTSIDE}`,
    },
    BAD_USER_INPUT: {
      description: `An id or a cursor is malformed or out of date, arguments of a list do not go together, or the document is too large. ${OUTSIDE}`,
    },
    BAD_REQUEST: { description: `The body of the request is not one of GraphQL over HTTP. ${OUTSIDE}` },
    GRAPHQL_PARSE_FAILED: { description: `The document has a fault of syntax. ${OUTSIDE}` },
    GRAPHQL_VALIDATION_FAILED: {
      description: `The document does not fit the schema. ${OUTSIDE}`,
    },
    OPERATION_RESOLUTION_FAILURE: {
      description: `The document has several operations, and the request names none of them. ${OUTSIDE}`,
    },
    PERSISTED_QUERY_NOT_IN_LIST: {
      description: `The server has no document of this hash. Send the document. ${OUTSIDE}`,
    },
    INTERNAL: {
      description: `Unexpected error. The server log has the details under \`extensions.reference\`. ${OUTSIDE}`,
    },
  } as const satisfies Record<Code, { description: string }>,
})

const OperationErrorInterface = builder.interfaceRef<OperationError>('Error').implement({
  description: 'An expected failure of an operation. Nothing was changed.',
  fields: (t) => ({
    message: t.exposeString('message', {
      description: 'What is wrong and what to do.',
      authScopes: { anyone: true },
    }),
    code: t.expose('code', {
      type: ErrorCode,
      description: 'The kind of failure, for programs.',
      authScopes: { anyone: true },
    }),
    path: t.stringList({
      nullable: true,
      description:
        'The path of the invalid field, beginning with `input`; null if no single field is invalid.',
      authScopes: { anyone: true },
      resolve: ({ path }) => path && ['input', ...path.map(String)],
    }),
  }),
})

const concrete = [
  [InvalidInputError, 'InvalidInputError', 'A field has an invalid value.'],
  [NotFoundError, 'NotFoundError', 'The object does not exist.'],
  [UnavailableError, 'UnavailableError', 'A required service is unreachable, busy or full.'],
  [
    KeyDirectoryReadOnlyError,
    'KeyDirectoryReadOnlyError',
    'The key directory cannot be written by the admin server.',
  ],
  [ReauthenticationRequiredError, 'ReauthenticationRequiredError', 'The sign-in is not recent enough.'],
  [TooManyRequestsError, 'TooManyRequestsError', 'Too many attempts from one address.'],
] as const
for (const [errorClass, name, description] of concrete) {
  builder.objectType(errorClass, { name, description, interfaces: [OperationErrorInterface] })
}

builder.objectType(ConflictError, {
  name: 'ConflictError',
  description:
    'The object already exists, someone else changed it first, or a configuration file says otherwise.',
  interfaces: [OperationErrorInterface],
  fields: (t) => ({
    existing: t.field({
      type: 'ID',
      nullable: true,
      description: 'The id of the existing object; null for other conflicts.',
      authScopes: { read: true },
      resolve: ({ existing }, _args, context) =>
        existing && encodeNodeId(existing.typename, existing.id, context.anchor),
    }),
    configuration: t.string({
      nullable: true,
      description:
        'Where a configuration file stands against the change: what the file would say instead, as YAML. Null for other conflicts, for a removal, and without the right to read.',
      authScopes: { anyone: true },
      resolve: ({ described }, _args, { db, caller }, { schema }) =>
        described && caller && callerMay(caller, 'read') ? fragmentOf({ db, schema }, described) : null,
    }),
  }),
})

builder.objectType(EntityRejectedError, {
  name: 'EntityRejectedError',
  description: 'The entity’s configuration failed a check, so it was not registered or renewed.',
  interfaces: [OperationErrorInterface],
  fields: (t) => ({
    checks: t.expose('checks', {
      type: [EntityCheckRef],
      description: 'All checks with their results.',
      authScopes: { anyone: true },
    }),
  }),
})

builder.objectType(UnsafeKeyChangeError, {
  name: 'UnsafeKeyChangeError',
  description: 'The step of a key rollover would invalidate data in caches.',
  interfaces: [OperationErrorInterface],
  fields: (t) => ({
    safeFrom: t.expose('safeFrom', {
      type: 'DateTime',
      nullable: true,
      description: 'When the step becomes safe; null if that does not depend on time.',
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
  TooManyRequestsError,
}
