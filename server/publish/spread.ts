/** Spreads the ends of what is signed at one moment over its last tenth, so that caches do not expire together. */
import { hash } from 'node:crypto'
import { SPREAD } from '#core/outage-budget.ts'

const HOUR = 3600

/** The part of the spread that a subject is before the full validity: from 0 to below 1, always the same for it. */
function shareOf(sub: string): number {
  return hash('sha256', sub, 'buffer').readUInt32BE() / 2 ** 32
}

/** For how many seconds a JWT about the subject is valid: the validity, or up to a tenth less. */
export function spreadLife(sub: string, validity: number): number {
  return validity - Math.floor(validity * SPREAD * shareOf(sub))
}

/** The validity in whole hours from which a life in seconds follows; without one that matches, the nearest hours. */
export function validityOf(sub: unknown, life: number): number {
  const rounded = Math.max(1, Math.round(life / HOUR))
  if (typeof sub !== 'string' || life % HOUR === 0) return rounded
  const least = Math.ceil(life / HOUR)
  const most = Math.ceil(life / HOUR / (1 - SPREAD))
  for (let hours = least; hours <= most; hours++) if (spreadLife(sub, hours * HOUR) === life) return hours
  return rounded
}
