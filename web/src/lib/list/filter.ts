/** Describes filters of a list as rows of a table: the control, and the API's argument for its value. */
import { assigneeCondition } from '#lib/request/assignee.ts'
import { readTags } from '#lib/subordinate/tag.ts'

export type Options = readonly (readonly [value: string, text: string])[]

type Control =
  | { kind: 'search'; placeholder: string }
  | { kind: 'text'; label: string; placeholder: string }
  | { kind: 'day'; label: string }
  | {
      kind: 'choice'
      label: string
      any: string
      options: Options
      /** Divides a long list of options. */
      groupOf?: (value: string) => string
      /** A value that links set, which is no option. */
      nameOf?: (value: string) => string
    }
  /** The causes of a list's rows, with their numbers: a row of links, of those that there are. */
  | { kind: 'groups'; label: string; any: string; options: Options }
  | { kind: 'mark type'; label: string; any: string }
  | { kind: 'organization'; label: string; any: string }
  | { kind: 'assignee'; label: string; any: string }
  /** Without `any`, links set it, and it can only be removed. */
  | { kind: 'tags'; label: string; any: string | undefined }
  /** Set by a link; it can only be removed. */
  | { kind: 'link'; label: string; nameOf?: (value: string) => string }
  /** Parts of a list, of which one is shown: a row of links. */
  | { kind: 'parts'; label: string; options: Options; usual: string }

export type Filter<Condition> = Control & {
  /** Undefined for a value that the API would refuse: users type and keep addresses. */
  toCondition: (value: string, now: Date) => Condition | undefined
}

export type Filters<Condition, Name extends string = string> = Readonly<Record<Name, Filter<Condition>>>

export type Rows<Condition> = Readonly<Record<string, { label: string; condition: Condition }>>

const optionsOf = (rows: Rows<unknown>): Options =>
  Object.entries(rows).map(([value, { label }]) => [value, label])

const conditionAt =
  <Condition>(rows: Rows<Condition>) =>
  (value: string) =>
    Object.hasOwn(rows, value) ? rows[value]?.condition : undefined

/** The options of a choice under the headings of their groups; one group without a heading, if it has none. */
export function groupsOf({ options, groupOf }: Grouped): [heading: string, options: Options][] {
  return groupOf ? [...Map.groupBy(options, ([value]) => groupOf(value))] : [['', options]]
}

interface Grouped {
  options: Options
  groupOf?: (value: string) => string
}

/** How many rows each value of a filter has, by the name of the filter. */
export type Sizes = Readonly<Record<string, Readonly<Record<string, number>>>>

/** The options that have rows, and the chosen one; the largest first. */
export function sized({ options }: Grouped, sizes: Readonly<Record<string, number>>, chosen: string) {
  return options
    .map(([value, text]) => [value, text, sizes[value] ?? 0] as const)
    .filter(([value, , size]) => size > 0 || value === chosen)
    .toSorted(([, , one], [, , other]) => other - one)
}

/** Rows for a choice among all labels of a table. */
export function rowsOf<Name extends string, Condition>(
  words: Readonly<Record<Name, { label: string }>>,
  toCondition: (name: Name) => Condition,
): Rows<Condition> {
  const entries = Object.entries<{ label: string }>(words)
  return Object.fromEntries(
    entries.map(([name, { label }]) => [name, { label, condition: toCondition(name as Name) }]), // the table's keys
  )
}

export const search = (placeholder: string): Filter<{ search: string }> => ({
  kind: 'search',
  placeholder,
  toCondition: (value) => ({ search: value }),
})

export const text = <Condition>(
  label: string,
  placeholder: string,
  toCondition: (value: string) => Condition,
): Filter<Condition> => ({ kind: 'text', label, placeholder, toCondition })

export const choice = <Condition>(
  label: string,
  any: string,
  rows: Rows<Condition>,
  /** For a value without a row; the default ignores it. */
  toCondition: (value: string) => Condition | undefined = () => undefined,
  groupOf?: (value: string) => string,
): Filter<Condition> => ({
  kind: 'choice',
  label,
  any,
  options: optionsOf(rows),
  ...(groupOf && { groupOf }),
  toCondition: (value) => conditionAt(rows)(value) ?? toCondition(value),
})

export const parts = <Condition>(label: string, usual: string, rows: Rows<Condition>): Filter<Condition> => ({
  kind: 'parts',
  label,
  usual,
  options: optionsOf(rows),
  toCondition: conditionAt(rows),
})

export const groups = <Condition>(label: string, any: string, rows: Rows<Condition>): Filter<Condition> => ({
  kind: 'groups',
  label,
  any,
  options: optionsOf(rows),
  toCondition: conditionAt(rows),
})

export const markType = (label: string, any: string): Filter<{ trustMarkType: string }> => ({
  kind: 'mark type',
  label,
  any,
  toCondition: (value) => (URL.canParse(value) ? { trustMarkType: value } : undefined),
})

export const organization = (label: string, any: string): Filter<{ organizationId: string }> => ({
  kind: 'organization',
  label,
  any,
  toCondition: (value) => ({ organizationId: value }),
})

export const assignee = (label: string, any: string): Filter<ReturnType<typeof assigneeCondition>> => ({
  kind: 'assignee',
  label,
  any,
  toCondition: assigneeCondition,
})

/** As many as an object can have. */
const MAXIMUM_TAGS = 20

export const tags = (label: string, any?: string): Filter<{ tags: string[] }> => ({
  kind: 'tags',
  label,
  any,
  toCondition(value) {
    const names = readTags(value)
    return names.length > 0 && names.length <= MAXIMUM_TAGS ? { tags: names } : undefined
  },
})

const ISO_DAY = /^(\d{4})-(\d\d)-(\d\d)$/

/** Whether a day exists, written as 2026-11-30. */
export function isDay(value: string): boolean {
  const [, year, month, date] = (ISO_DAY.exec(value) ?? []).map(Number)
  if (year === undefined || month === undefined || date === undefined) return false
  return new Date(Date.UTC(year, month - 1, date)).getUTCDate() === date && month >= 1 && month <= 12
}

/** The start of a day, or of a later one, in the user's time zone. */
export const day = <Condition>(
  label: string,
  daysLater: number,
  toCondition: (instant: string) => Condition,
): Filter<Condition> => ({
  kind: 'day',
  label,
  toCondition(value) {
    if (!isDay(value)) return undefined
    const date = new Date(`${value}T00:00:00`)
    date.setDate(date.getDate() + daysLater)
    return toCondition(date.toISOString())
  },
})

export const link = <Condition>(
  label: string,
  toCondition: (value: string) => Condition | undefined,
  /** For a label that contains the value. */
  nameOf?: (value: string) => string,
): Filter<Condition> => ({ kind: 'link', label, ...(nameOf && { nameOf }), toCondition })

const DAY = 86_400_000

/** Since the start of today, or of an earlier day, in the user's time zone. */
export const period = <Condition>(
  label: string,
  any: string,
  toCondition: (instant: string) => Condition,
): Filter<Condition> => ({
  kind: 'choice',
  label,
  any,
  options: [
    ['today', 'today'],
    ['7', 'last 7 days'],
    ['30', 'last 30 days'],
  ],
  toCondition(value, now) {
    const days = value === 'today' ? 1 : Number(value)
    if (!Number.isInteger(days) || days < 1) return undefined
    const start = new Date(now)
    start.setHours(0, 0, 0, 0)
    start.setDate(start.getDate() - days + 1)
    return Number.isNaN(start.getTime()) ? undefined : toCondition(start.toISOString())
  },
})

/** The start of a day and its end, in UTC: the API counts so what expires. */
export function dayInUtc(value: string): { from: string; until: string } | undefined {
  if (!isDay(value)) return undefined
  const from = new Date(`${value}T00:00:00Z`)
  return { from: from.toISOString(), until: new Date(from.getTime() + DAY).toISOString() }
}

export interface Expiry {
  /** Not withdrawn or revoked. */
  active?: boolean
  expiresAfter?: string
  expiresBefore: string
}

/** Days until an expiry; links set one day. */
export const expiry: Filter<Expiry> = {
  kind: 'choice',
  label: 'Expiry',
  any: 'Any expiry',
  options: [7, 14, 30, 90].map((days) => [String(days), `within ${days} days`]),
  nameOf: (value) => `on ${value} (UTC)`,
  toCondition(value, now) {
    const one = dayInUtc(value)
    if (one) return { active: true, expiresAfter: one.from, expiresBefore: one.until }
    const days = Number(value)
    return days > 0 ? { expiresBefore: new Date(now.getTime() + days * DAY).toISOString() } : undefined
  },
}
