/** Parses the terms of Trust Marks: how long they are valid, and whether and when they are renewed. */
import type { defaultTerms } from '#core/defaults.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { parseHours, requireBudget } from '#server/services/hours.ts'
import { field, type Input, type Patch } from '#server/services/patch.ts'

export type Terms = typeof defaultTerms

export type Limits = Pick<Settings, 'maximumTrustMarkHours' | 'outageBudget'>

/** A type's terms have fixed defaults; a mark's terms default to those of its type. */
export const termFields = ({ validFor, renewalTime, autorenew }: Terms) => ({
  validFor: field(validFor, (hours: number, { maximumTrustMarkHours: maximum }: Limits) =>
    parseHours(hours, maximum),
  ),
  renewalTime: field(renewalTime, (hours: number) => hours),
  autorenew: field(autorenew, (value: boolean) => value),
})

type TermFields = ReturnType<typeof termFields>

/**
 * Applies a patch. A term that was not given is lowered to the federation's maximum, and so that renewal precedes the
 * expiry. A mark that is renewed automatically keeps the outage budget. @throws InvalidInputError
 */
export function patchTerms(
  present: Terms,
  patch: Patch<TermFields>,
  { renewalTime: given }: Input<TermFields>,
  { maximumTrustMarkHours, outageBudget }: Limits,
): Terms {
  const { autorenew, ...terms } = { ...present, ...patch }
  const validFor = Math.min(terms.validFor, maximumTrustMarkHours)
  if (autorenew) requireBudget(validFor, outageBudget)
  const renewalTime = given ?? Math.min(terms.renewalTime, Math.floor(validFor / 2))
  if (renewalTime < 0 || renewalTime >= validFor) {
    throw new InvalidInputError('renewalTime must be shorter than validFor.', 'renewalTime')
  }
  return { validFor, renewalTime, autorenew }
}
