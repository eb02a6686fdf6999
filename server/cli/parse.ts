/** Parses the arguments and options of commands. */
import { InvalidArgumentError } from 'commander'

const parseWhole = (unit: string) => (value: string) => {
  const number = Number(value)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new InvalidArgumentError(`Enter a whole number of ${unit}, at least 1.`)
}

/** Parse an option in days or seconds. */
export const parseDays = parseWhole('days')
export const parseSeconds = parseWhole('seconds')

/** Parses a date or a time. */
export function parseTime(value: string): Date {
  const time = new Date(value)
  if (!Number.isNaN(time.getTime())) return time
  throw new InvalidArgumentError('Enter a date or a time, such as 2026-01-31 or 2026-01-31T12:00:00Z.')
}
