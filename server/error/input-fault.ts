/** Finds input of any type that cannot be stored or published. */
import { findJsonFault, isJsonObject, type JsonFault } from '#core/json.ts'

/** As `findJsonFault`, and a name with which a recursive copy could change every object. */
export function findInputFault(value: unknown): JsonFault | undefined {
  return findJsonFault(value, {
    isRefused: (name, member) =>
      name === 'constructor' && isJsonObject(member) && Object.hasOwn(member, 'prototype'),
  })
}
