/** Where two JSON documents differ, member by member, for people to read. */
import { isJsonObject, jsonEqual } from '#core/json.ts'

/** `before` or `after` is absent where the member is. */
export type Difference = { path: string; before?: unknown; after?: unknown }

/** Arrays are compared as wholes: what matters in metadata is the list, not the place in it. */
export function differences(before: unknown, after: unknown, path: string): Difference[] {
  if (jsonEqual(before, after)) return []
  if (!isJsonObject(before) || !isJsonObject(after)) return [difference(path, before, after)]
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].sort().flatMap((name) => differences(before[name], after[name], `${path}.${name}`))
}

function difference(path: string, before: unknown, after: unknown): Difference {
  return {
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  }
}
