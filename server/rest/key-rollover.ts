/** `/api/v1/server/rollover`: the scheduled rollover of the signing key. */
import { z } from 'zod'
import { signingAlgorithms } from '#core/keys.ts'
import { storeNames } from '#federation/key-store/store.ts'
import { anchorOf, callerOfRequest } from '#server/rest/access.ts'
import type { RestApp } from '#server/rest/deps.ts'
import { conflict, failures } from '#server/rest/error.ts'
import {
  DEFAULT_NOTICE_DAYS,
  MAXIMUM_MONTHS,
  MAXIMUM_NOTICE_DAYS,
} from '#server/services/signing-key/rollover/plan.ts'
import type { RolloverView } from '#server/services/signing-key/rollover/rollovers.ts'
import { rolloverStepNames } from '#server/services/signing-key/rollover/steps.ts'

const tags = ['Server']

const months = z
  .int32()
  .describe('The age in months at which the current key is replaced; null: nothing is scheduled.')
const alg = z
  .enum(signingAlgorithms)
  .describe('The algorithm of the next key; null: that of the current key.')
const noticeDays = z.int32().describe('The days from the notice of a step to the step.')
const isHeld = z.boolean().describe('Whether an operator holds it: no step is done.')

const Output = z.object({
  months: months.nullable(),
  alg: alg.nullable(),
  notice_days: noticeDays,
  held: isHeld,
  next_step: z.enum(rolloverStepNames).nullable().describe('The next step; null: nothing is scheduled.'),
  next_step_kid: z.string().nullable().describe('The key id of the next step.'),
  next_step_at: z.iso
    .datetime()
    .nullable()
    .describe('The earliest time of the next step; null: not known yet.'),
  next_step_store: z
    .enum(storeNames)
    .nullable()
    .describe('Where the key of the next step is created, or is, if the step is ANNOUNCE or SWITCH.'),
  waits_for: z
    .string()
    .nullable()
    .describe('What the next step waits for; null: the worker does it within the hour.'),
  version: z.int().describe('The number of changes. Send it with a change to detect a concurrent one.'),
})

const Change = z.object({
  months: months.nullish().describe(`From 1 to ${MAXIMUM_MONTHS}; null: nothing is scheduled.`),
  alg: alg.nullish(),
  notice_days: noticeDays
    .nullish()
    .describe(`From 0 to ${MAXIMUM_NOTICE_DAYS}; null: ${DEFAULT_NOTICE_DAYS}.`),
  held: isHeld.nullish(),
  version: z
    .int32()
    .nullish()
    .describe('The version that was read, or 0 if it was never scheduled; 409 after another change.'),
})

function toBody({ months, alg, noticeDays, isHeld, version, next }: RolloverView): z.input<typeof Output> {
  return {
    months,
    alg,
    notice_days: noticeDays,
    held: isHeld,
    next_step: next?.step ?? null,
    next_step_kid: next?.kid ?? null,
    next_step_at: next?.at?.toISOString() ?? null,
    next_step_store: next?.store ?? null,
    waits_for: next?.waitsFor ?? null,
    version,
  }
}

export function keyRolloverRoutes(app: RestApp): void {
  app.get(
    '/server/rollover',
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'The scheduled rollover of the signing key, and its next step',
        response: { 200: Output.describe('The current state.'), ...failures },
      },
    },
    async (request) => toBody(await anchorOf(request).services.rollover.read()),
  )

  app.put(
    '/server/rollover',
    {
      config: { scope: 'administer', action: 'scheduleRollover' },
      schema: {
        tags,
        summary: 'Schedules the rollover of the signing key, or holds it; absent members keep their value',
        body: Change,
        response: { 200: Output.describe('The current state.'), ...failures, ...conflict },
      },
    },
    async (request) => {
      const { notice_days: noticeDays, held: isHeld, ...others } = request.body
      const { rollover } = anchorOf(request).services
      return toBody(await rollover.schedule(callerOfRequest(request), { ...others, noticeDays, isHeld }))
    },
  )
}
