/** What two people must agree on, and its change by administrators of the installation. */
import { callerMay, inInstallation } from '#server/identity/caller.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { versionRead } from '#server/schema/input-fields.ts'
import { operation } from '#server/schema/operation.ts'
import {
  type BreakGlass,
  operationNames,
  type ProtectionSettings,
  protectedOperations,
} from '#server/services/protection/operation.ts'

export const ProtectedOperationEnum = builder.enumType('ProtectedOperation', {
  description: 'Changes that a second person may have to approve.',
  values: Object.fromEntries(
    operationNames.map((name) => [name, { value: name, description: protectedOperations[name].description }]),
  ),
})

const BreakGlassEnum = builder.enumType('BreakGlass', {
  description: 'Whether one administrator may execute a protected change without a second person.',
  values: {
    OFF: { description: 'Never.' },
    DELAYED: { description: 'Some hours after asking for it, unless another person objects.' },
    AT_ONCE: { description: 'At once.' },
  } as const satisfies Record<BreakGlass, object>,
})

export const ProtectionRef = builder.objectRef<ProtectionSettings>('Protection').implement({
  description: 'The changes that a second person must approve. None is protected at first.',
  authScopes: { known: true },
  fields: (t) => ({
    operations: t.expose('operations', {
      type: [ProtectedOperationEnum],
      description: 'The protected operations with those that they imply; empty: none.',
    }),
    commandLine: t.exposeBoolean('commandLine', {
      description:
        'Whether commands on the server may do protected operations. The audit log and an alert name each that did.',
    }),
    validForHours: t.exposeInt('validForHours', {
      description: 'Hours after which an approval can no longer be approved.',
    }),
    passkeyHours: t.exposeInt('passkeyHours', {
      description:
        'Hours after its registration from which a passkey counts for approvals, unless another administrator has confirmed it.',
    }),
    breakGlass: t.expose('breakGlass', {
      type: BreakGlassEnum,
      description: 'Whether one administrator may execute a protected change without a second person.',
    }),
    breakGlassHours: t.exposeInt('breakGlassHours', {
      description: 'Hours between asking for that and doing it, if it is DELAYED.',
    }),
    obstacles: t.stringList({
      description:
        'Why nothing can be protected now, and what to do; empty: it can. Only administrators of the installation are shown any.',
      resolve: (_protection, _args, { caller, installation: { protection } }) =>
        caller && callerMay(inInstallation(caller), 'administer') ? protection.obstacles() : [],
    }),
    version: t.exposeInt('version', {
      description: 'The number of changes. Send it with an update to detect a concurrent change.',
    }),
  }),
})

builder.queryField('protection', (t) =>
  t.field({
    type: ProtectionRef,
    description: 'The changes that a second person must approve.',
    extensions: { ofInstallation: true },
    authScopes: { known: true },
    resolve: (_root, _args, { installation: { protection } }) => protection.read(),
  }),
)

operation('updateProtection', {
  describes:
    'Changes what a second person must approve. Once anything is protected, this must be approved as well.',
  scope: 'administerInstallation',
  ofInstallation: true,
  isSensitive: true,
  input: {
    describes: 'Changes: an absent field keeps its value.',
    fields: (t) => ({
      operations: t.field({
        type: [ProtectedOperationEnum],
        description:
          'The protected operations; those that they imply are added. Two administrators with a passkey that counts are needed for any, and REQUIRE_SECOND_FACTOR must name admin and operator.',
      }),
      commandLine: t.boolean({ description: 'Whether commands on the server may do protected operations.' }),
      validForHours: t.int({ description: 'Hours for which an approval waits, 1 to 720.' }),
      passkeyHours: t.int({
        description: 'Hours after its registration from which a passkey counts for approvals, 0 to 720.',
      }),
      breakGlass: t.field({
        type: BreakGlassEnum,
        description: 'Whether one administrator may execute a protected change without a second person.',
      }),
      breakGlassHours: t.int({
        description: 'Hours between asking for that and doing it, if it is DELAYED, 1 to 720.',
      }),
      version: versionRead(t),
    }),
  },
  result: ProtectionRef,
  errors: [failures.InvalidInputError, failures.ConflictError],
  run(input, { installation: { protection }, caller }) {
    const operations = input.operations?.map(
      (name) => operationNames.find((each) => each === name) ?? 'ACCESS',
    )
    return protection.update(caller, {
      ...input,
      ...(operations ? { operations } : { operations: undefined }),
    })
  },
})
