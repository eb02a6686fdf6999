/** The shapes a metadata value or claim can have, as a form offers them. */

export type ValueKind = 'text' | 'list' | 'number' | 'flag' | 'json'

export const valueKinds: Readonly<Record<ValueKind, { label: string; empty: unknown }>> = {
  text: { label: 'Text', empty: '' },
  list: { label: 'List', empty: [] },
  flag: { label: 'Yes or no', empty: true },
  number: { label: 'Number', empty: 0 },
  json: { label: 'JSON', empty: {} },
}

export function kindOf(value: unknown): ValueKind {
  if (typeof value === 'string') return 'text'
  if (typeof value === 'boolean') return 'flag'
  if (typeof value === 'number') return 'number'
  return Array.isArray(value) ? 'list' : 'json'
}

/** The value in another shape, keeping what was typed where it can be kept. */
export function converted(value: unknown, kind: ValueKind): unknown {
  if (kind === 'json' || kindOf(value) === kind) return value
  if (kind === 'list') return value === '' || kindOf(value) === 'json' ? [] : [value]
  const single = Array.isArray(value) ? value[0] : value
  if (kind === 'text') {
    return typeof single === 'string' || typeof single === 'number' ? String(single) : ''
  }
  if (kind === 'number') return Number.isFinite(Number(single)) ? Number(single) : 0
  return single !== false && single !== 'false'
}

/** Several entries pasted at once stand on lines of their own, or between commas. */
export const splitEntries = (text: string) =>
  text
    .split(/[\n,]+/)
    .map((entry) => entry.trim())
    .filter(Boolean)
