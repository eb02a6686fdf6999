/** Checks the JSON types of metadata parameters (§5.1, §5.2). Resolvers do not; the applications that read them fail. */
import { getMember, isJsonObject } from './json.ts'
import type { Metadata } from './metadata.ts'
import { metadataParameters, type ParameterType } from './metadata-parameters.ts'
import { formatPath, type Path } from './path.ts'

type Type = { expected: string; matches(value: unknown): boolean }

const isString = (value: unknown): value is string => typeof value === 'string'
const isUrl = (value: unknown) => isString(value) && URL.canParse(value)
const isListOf = (matches: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(matches)

const types: Readonly<Record<ParameterType, Type>> = {
  string: { expected: 'a string', matches: isString },
  // With any scheme: redirect URIs of native applications have their own.
  url: { expected: 'a URL', matches: isUrl },
  strings: { expected: 'an array of strings', matches: isListOf(isString) },
  urls: { expected: 'an array of URLs', matches: isListOf(isUrl) },
  boolean: { expected: 'true or false', matches: (value) => typeof value === 'boolean' },
  number: { expected: 'a number', matches: (value) => typeof value === 'number' },
  object: { expected: 'a JSON object', matches: isJsonObject },
  jwks: { expected: 'a JWK Set', matches: isJwkSet },
}

/** Not `parseJwkSet`: its rules are those of Federation Entity Keys. */
function isJwkSet(value: unknown): boolean {
  const isKey = (key: unknown) => isJsonObject(key) && isString(key.kty)
  return isJsonObject(value) && isListOf(isKey)(value.keys)
}

export type TypeFault = { path: Path; expected: string }

/** The parameters of a wrong type, in the order of the metadata. Unknown ones pass. */
export function findTypeFaults(metadata: Metadata): TypeFault[] {
  return Object.entries(metadata).flatMap(([entityType, parameters]) => {
    const known = getMember(metadataParameters, entityType)
    return Object.entries(parameters).flatMap(([name, value]) => {
      // A language tag does not change the type (§14).
      const type = getMember(known, name.split('#', 1)[0] ?? name)
      if (type === undefined || types[type].matches(value)) return []
      return [{ path: [entityType, name], expected: types[type].expected }]
    })
  })
}

/** In a message that is stored and shown. */
const MAX_LISTED = 5
/** Characters of a parameter, whose language tag may be of any length. */
const MAX_NAME = 120

/** One sentence for each of the first faults; null without any. Never quotes a value. */
export function describeTypeFaults(faults: readonly TypeFault[]): string | null {
  if (faults.length === 0) return null
  const sentences = faults
    .slice(0, MAX_LISTED)
    .map(({ path, expected }) => `${shorten(formatPath(path))} must be ${expected}.`)
  const others = faults.length - MAX_LISTED
  if (others > 0) sentences.push(`${others} more parameters have a wrong type.`)
  return sentences.join(' ')
}

function shorten(name: string): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name
}
