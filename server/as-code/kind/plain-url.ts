/** URLs that name objects: a file has them in the one form in which they are stored. */
import { InvalidInputError } from '#server/error/operation-error.ts'

/** @throws InvalidInputError */
export function requirePlainUrl(given: string, stored: string): void {
  if (given !== stored) throw new InvalidInputError(`Write the URL as ${stored}.`, 'url')
}
