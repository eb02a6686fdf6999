/** The hash of a field that a configuration file names: tells whether the value is still the one of the file. */
import { hashOfContent } from '#server/services/protection/content.ts'

/** Characters of base64url: 96 bits, because only values of one field are compared. */
const LENGTH = 16

export const hashOfField = (value: unknown): string => hashOfContent(value ?? null).slice(0, LENGTH)

/** By the names of the fields. */
export const hashesOf = (fields: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, hashOfField(value)]))
