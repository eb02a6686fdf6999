/** The media type of an exported file, as the endpoint has it that the file answers (§8). */
import { kindOf } from './place.ts'

const types = {
  entity_configuration: 'application/entity-statement+jwt',
  fetch: 'application/entity-statement+jwt',
  resolve: 'application/resolve-response+jwt',
  trust_mark: 'application/trust-mark+jwt',
  list: 'application/json',
  trust_mark_list: 'application/json',
  collection: 'application/json',
  status_list: 'application/statuslist+jwt',
  historical_keys: 'application/jwk-set+jwt',
} as const

/** What proves the files answers nothing. */
export const mediaTypeOf = (path: string) => {
  const kind = kindOf(path)
  return Object.hasOwn(types, kind) ? types[kind as keyof typeof types] : 'application/octet-stream'
}
