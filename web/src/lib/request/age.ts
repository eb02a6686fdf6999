/** Formats the age of a request. */
import { plural } from '#lib/format.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Whole units only: after 47 hours it is not yet two days old. */
export function ageInWords(since: string | Date, now: Date): string {
  const age = now.getTime() - new Date(since).getTime()
  if (age < MINUTE) return 'less than a minute'
  if (age < HOUR) return plural(Math.floor(age / MINUTE), 'minute')
  if (age < 2 * DAY) return plural(Math.floor(age / HOUR), 'hour')
  return plural(Math.floor(age / DAY), 'day')
}
