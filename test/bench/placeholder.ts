/** Fills placeholders such as `{sub}` in a text. */

const PLACEHOLDER = /\{(\w+)\}/g

/** The names, each once. */
export const findPlaceholders = (text: string): string[] => [
  ...new Set([...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name)),
]

/** Leaves a placeholder without a value as it is. */
export const fillPlaceholders = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(PLACEHOLDER, (placeholder, name: string) => values[name] ?? placeholder)
