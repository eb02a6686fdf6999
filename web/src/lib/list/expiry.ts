/** How soon something expires, as lists are filtered: days, and how that is said. */
export const expiries: readonly (readonly [days: string, text: string])[] = [
  ['7', 'within 7 days'],
  ['30', 'within 30 days'],
  ['90', 'within 90 days'],
]
