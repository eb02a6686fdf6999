/** A stored object as a form reads it: its fields, and the version that an update must name. */
export interface Stored<Fields> {
  version: number
  fields: Fields
}

type Names<Fields> = Extract<keyof Fields, string>[]

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** The names of the fields that differ between two states. */
export function findChangedFields<Fields extends object>(one: Fields, other: Fields): Names<Fields> {
  const names = Object.keys(one) as Names<Fields> // plain objects with string keys
  return names.filter((name) => !isSame(one[name], other[name]))
}

/** The fields with these names. */
export function pickFields<Fields extends object>(fields: Fields, names: readonly string[]): Partial<Fields> {
  const entries = Object.entries(fields).filter(([name]) => names.includes(name))
  return Object.fromEntries(entries) as Partial<Fields> // some of what was given
}
