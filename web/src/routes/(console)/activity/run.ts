/** Starts, cancels and follows runs. */
import { mutation } from '#lib/graphql/mutation.ts'

export const StartRenewal = mutation(`StartRenewal { run { id } }`)
export const ApplyPlan = mutation(`ApplyPlan { run { id } }`)
export const CancelRun = mutation(`CancelRun { run { id } }`)
