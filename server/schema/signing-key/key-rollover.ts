/** The scheduled rollover of the signing key: its plan, the next step, and the mutation that changes the plan. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { operation } from '#server/schema/operation.ts'
import { SigningAlgorithm } from '#server/schema/signing-key/signing-algorithm.ts'
import { KeyStore, SigningKeys } from '#server/schema/signing-key/signing-key.ts'
import {
  DEFAULT_NOTICE_DAYS,
  MAXIMUM_MONTHS,
  MAXIMUM_NOTICE_DAYS,
} from '#server/services/signing-key/rollover/plan.ts'
import type { RolloverView } from '#server/services/signing-key/rollover/rollovers.ts'

const { InvalidInputError, ConflictError } = failures

const RolloverStep = builder.enumType('RolloverStep', {
  description: 'A step of a scheduled rollover (§11.2).',
  values: {
    ANNOUNCE: { description: 'Create the next key and publish its public part.' },
    SWITCH: { description: 'Sign with the announced key.' },
    REISSUE: {
      description: 'Sign the Trust Marks again. It follows the switch without a notice of its own.',
    },
    RETIRE: { description: 'Move a previous key into the historical keys.' },
  } as const,
})

export const KeyRollover = builder.objectRef<RolloverView>('KeyRollover').implement({
  description: 'The scheduled rollover of the signing key.',
  authScopes: { read: true },
  fields: (t) => ({
    months: t.exposeInt('months', {
      nullable: true,
      description: 'The age in months at which the current key is replaced; null: nothing is scheduled.',
    }),
    alg: t.expose('alg', {
      type: SigningAlgorithm,
      nullable: true,
      description: 'The algorithm of the next key; null: that of the current key.',
    }),
    noticeDays: t.exposeInt('noticeDays', {
      description: 'The days from the notice of a step (the alert ROLLOVER_STEP_AHEAD) to the step.',
    }),
    isHeld: t.exposeBoolean('isHeld', { description: 'Whether an operator holds it: no step is done.' }),
    version: t.exposeInt('version', {
      description: 'The number of changes. Send it with a change to detect a concurrent one.',
    }),
    nextStep: t.field({
      type: RolloverStep,
      nullable: true,
      description: 'The next step; null: nothing is scheduled.',
      resolve: ({ next }) => next?.step ?? null,
    }),
    nextStepKid: t.string({
      nullable: true,
      description:
        'The key id of the next step: the key to replace, to switch to, to sign with or to retire.',
      resolve: ({ next }) => next?.kid ?? null,
    }),
    nextStepAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The earliest time of the next step; null: not known yet.',
      resolve: ({ next }) => next?.at ?? null,
    }),
    nextStepStore: t.field({
      type: KeyStore,
      nullable: true,
      description: 'Where the key of the next step is created, or is, if the step is ANNOUNCE or SWITCH.',
      resolve: ({ next }) => next?.store ?? null,
    }),
    waitsFor: t.string({
      nullable: true,
      description: 'What the next step waits for; null: the worker does it within the hour.',
      resolve: ({ next }) => next?.waitsFor ?? null,
    }),
  }),
})

builder.objectField(SigningKeys, 'rollover', (t) =>
  t.field({
    type: KeyRollover,
    description: 'The scheduled rollover.',
    resolve: (_keys, _args, { services }) => services.rollover.read(),
  }),
)

operation('scheduleRollover', {
  describes:
    'Schedules the rollover of the signing key: the worker announces, switches, signs again and retires, each step when it is safe and after a notice. Holds it or lets it go on.',
  scope: 'administer',
  isSensitive: true,
  input: {
    describes:
      'The plan to change. An absent field stays as it is, and null sets the default. Each change gives notice of the next step again.',
    fields: (t) => ({
      months: t.int({
        description: `The age in months at which the current key is replaced, from 1 to ${MAXIMUM_MONTHS}; null: nothing is scheduled.`,
      }),
      alg: t.field({
        type: SigningAlgorithm,
        description: 'The algorithm of the next key; null: that of the current key.',
      }),
      noticeDays: t.int({
        description: `The days from the notice of a step to the step, from 0 to ${MAXIMUM_NOTICE_DAYS}; ${DEFAULT_NOTICE_DAYS} by default.`,
      }),
      isHeld: t.boolean({ description: 'Whether to hold the rollover: no step is done until it is false.' }),
      version: t.int({
        description:
          'The version that was read, or 0 if it was never scheduled; the mutation fails with CONFLICT after another change.',
      }),
    }),
  },
  result: KeyRollover,
  errors: [InvalidInputError, ConflictError],
  run: (input, { services, caller }) =>
    services.rollover.schedule(caller, {
      ...input,
      alg: input.alg == null ? input.alg : String(input.alg),
    }),
})
