/** Formats the age of requests. */
import { count, plural } from '#lib/format.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Whole units only: after 47 hours it is not yet two days old. */
export function ageInWords(since: string | Date, now: Date): string {
  const age = now.getTime() - new Date(since).getTime()
  if (age < MINUTE) return 'under a minute'
  if (age < HOUR) return plural(Math.floor(age / MINUTE), 'minute')
  if (age < 2 * DAY) return plural(Math.floor(age / HOUR), 'hour')
  return plural(Math.floor(age / DAY), 'day')
}

/** `2 requests wait for an operator, the oldest for 3 days`. */
export function waitingInWords(total: number, oldest: string | Date, now: Date): string {
  const age = ageInWords(oldest, now)
  return total === 1
    ? `1 request waits for an operator, for ${age}`
    : `${count(total)} requests wait for an operator, the oldest for ${age}`
}
