/** To whom requests are assigned, as a filter: its values in the address, their words and their conditions. */

/** No username has an asterisk. */
const ME = '*me'
const NO_ONE = '*none'

type Special = { label: string; condition: { isMine: true } | { isAssigned: false } }

const specials: ReadonlyMap<string, Special> = new Map<string, Special>([
  [ME, { label: 'Me', condition: { isMine: true } }],
  [NO_ONE, { label: 'No one', condition: { isAssigned: false } }],
])

/** The values beside usernames, as options. */
export const specialAssignees = [...specials].map(([value, { label }]) => ({ value, label }))

export const assigneeCondition = (value: string) => specials.get(value)?.condition ?? { assignee: value }

export const assigneeName = (value: string): string => specials.get(value)?.label ?? value
