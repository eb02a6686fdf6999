/** Formats times, durations and identifiers. */

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * The units with their lengths, and from which distance they are used: "in 38 days" is more precise than "next month".
 */
const units = [
  ['year', 365 * DAY, 730 * DAY],
  ['month', 30 * DAY, 90 * DAY],
  ['day', DAY, 2 * DAY],
  ['hour', HOUR, HOUR],
  ['minute', MINUTE, MINUTE],
] as const

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const absolute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
const number = new Intl.NumberFormat('en')

export function relativeTime(instant: Date, now: Date): string {
  const seconds = (instant.getTime() - now.getTime()) / 1000
  for (const [unit, length, from] of units) {
    if (Math.abs(seconds) >= from) return relative.format(Math.round(seconds / length), unit)
  }
  return seconds < 0 ? 'just now' : 'in a moment'
}

/** In the user's time zone; the machine-readable form is in the markup. */
export const exactTime = (instant: Date) => absolute.format(instant)

/** A sentence of the server, with its times in the format of the console. */
export const timesInWords = (sentence: string | null) =>
  (sentence ?? '').replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (time) =>
    exactTime(new Date(time)),
  )

export const capitalized = (text: string) => text.replace(/^./, (letter) => letter.toUpperCase())

export const count = (value: number) => number.format(value)

export const plural = (value: number, one: string, many = `${one}s`) =>
  `${count(value)} ${value === 1 ? one : many}`

/** Formats an estimated duration: `95` is `2 minutes`. */
export function secondsInWords(seconds: number): string {
  if (seconds < 90) return plural(Math.max(1, Math.round(seconds)), 'second')
  if (seconds < 90 * MINUTE) return plural(Math.round(seconds / MINUTE), 'minute')
  return plural(Math.round(seconds / HOUR), 'hour')
}

/** Formats hours, in days where possible: `8760` is `365 days`. */
export function hoursInWords(hours: number): string {
  if (!Number.isFinite(hours) || hours <= 0) return ''
  if (hours < 48) return plural(hours, 'hour')
  const days = Math.floor(hours / 24)
  const rest = hours % 24
  return rest === 0 ? plural(days, 'day') : `${plural(days, 'day')} ${plural(rest, 'hour')}`
}

/** Formats hours and days, if they differ: `168 hours (7 days)`. */
export function hoursAndDays(hours: number): string {
  const [counted, read] = [plural(hours, 'hour'), hoursInWords(hours)]
  return counted === read ? counted : `${counted} (${read})`
}

/** Shortens an Entity Identifier by its scheme, for lists; the full one must be available nearby. */
export const shortEntityId = (entityId: string) => entityId.replace(/^https:\/\//, '').replace(/\/$/, '')
