/** Parses and prints JSON of forms and of the API. */
import { isJsonObject as isRecord } from '#core/json.ts'

export type Parsed = { value: unknown; problem?: never } | { value?: never; problem: string }

/** Empty input has the value undefined. */
export function parseJson(text: string): Parsed {
  if (text.trim() === '') return { value: undefined }
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { problem: error instanceof Error ? `Invalid JSON: ${error.message}.` : 'Invalid JSON.' }
  }
}

export function parseJsonObject(text: string): Parsed {
  const parsed = parseJson(text)
  if (parsed.problem !== undefined || parsed.value === undefined || isRecord(parsed.value)) return parsed
  return { problem: 'Enter a JSON object { … }.' }
}

export { isRecord }

export const pretty = (value: unknown) => JSON.stringify(value, null, 2) ?? ''
