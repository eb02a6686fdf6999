/** Parses the arguments and options of commands. */
import { InvalidArgumentError } from 'commander'

const MAXIMUM_KEY = 2 ** 31 - 1

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

/** Parses the number by which a list shows an object. */
export function parseNumber(value: string): number {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN
  if (number <= MAXIMUM_KEY) return number
  throw new InvalidArgumentError('Enter a number, as list shows it.')
}

/** For an option that may be given several times: all of its values. */
export const collect =
  <Value>(parse: (value: string) => Value) =>
  (value: string, earlier: readonly Value[] = []): Value[] => [...earlier, parse(value)]
