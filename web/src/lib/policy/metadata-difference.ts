/** Compares declared with resolved metadata, parameter by parameter. */
import { isJsonEqual } from '#core/json.ts'
import { isRecord } from '#lib/json/json.ts'

export type Change = 'same' | 'changed' | 'added' | 'removed'

export interface ParameterDifference {
  parameter: string
  declared: unknown
  resolved: unknown
  change: Change
}

export interface TypeDifference {
  entityType: string
  parameters: ParameterDifference[]
}

function changeOf(declared: unknown, resolved: unknown): Change {
  if (declared === undefined) return 'added'
  if (resolved === undefined) return 'removed'
  return isJsonEqual(declared, resolved) ? 'same' : 'changed'
}

const keysOf = (...values: unknown[]) => [...new Set(values.filter(isRecord).flatMap(Object.keys))]
const member = (value: unknown, key: string) => (isRecord(value) ? value[key] : undefined)

export function compareMetadata(declared: unknown, resolved: unknown): TypeDifference[] {
  return keysOf(declared, resolved).map((entityType) => {
    const [before, after] = [member(declared, entityType), member(resolved, entityType)]
    const parameters = keysOf(before, after).map((parameter) => {
      const [one, other] = [member(before, parameter), member(after, parameter)]
      return { parameter, declared: one, resolved: other, change: changeOf(one, other) }
    })
    return { entityType, parameters }
  })
}
