/** The JSON types that a form offers for a metadata value or a claim. */

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

/** Converts a value to another type and keeps the input where possible. */
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

/** Splits pasted text into entries, at line breaks or commas. */
export const splitEntries = (text: string) =>
  text
    .split(/[\n,]+/)
    .map((entry) => entry.trim())
    .filter(Boolean)
