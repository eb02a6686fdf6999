/** Reads the time from which a webhook gets events again. */

/** The instant of a date-time field (`2026-11-27T12:00`) in UTC; undefined while it is incomplete. */
export function instantInUtc(value: string): Date | undefined {
  const instant = new Date(`${value}Z`)
  return Number.isNaN(instant.getTime()) ? undefined : instant
}

/** `2026-11-27 12:00:00 UTC` */
export const utcInWords = (instant: Date) => `${instant.toISOString().slice(0, 19).replace('T', ' ')} UTC`
