/** Parses the arguments and options of commands. */
import { InvalidArgumentError } from 'commander'

/** Parses an option in days. */
export function parseDays(value: string): number {
  const days = Number(value)
  if (Number.isSafeInteger(days) && days > 0) return days
  throw new InvalidArgumentError('Enter a whole number of days, at least 1.')
}

/** Parses a date or a time. */
export function parseTime(value: string): Date {
  const time = new Date(value)
  if (!Number.isNaN(time.getTime())) return time
  throw new InvalidArgumentError('Enter a date or a time, such as 2026-01-31 or 2026-01-31T12:00:00Z.')
}
