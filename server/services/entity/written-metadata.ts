/** Refuses metadata of a wrong type that an operator writes. Stored metadata is not checked again. */
import { isJsonEqual } from '#core/json.ts'
import type { Metadata } from '#core/metadata.ts'
import { describeTypeFaults, findTypeFaults } from '#core/metadata-types.ts'
import { InvalidInputError } from '#server/error/operation-error.ts'

/** @throws InvalidInputError naming the first parameter at fault */
export function checkWrittenMetadata(
  field: 'metadata' | 'forcedMetadata' | 'organization',
  written: Metadata | null | undefined,
  before: unknown = null,
): void {
  if (!written || isJsonEqual(written, before)) return
  const faults = findTypeFaults(written)
  const message = describeTypeFaults(faults)
  if (message === null) return
  const path = faults[0]?.path ?? []
  // The organization is the metadata of one Entity Type.
  throw new InvalidInputError(message, field, ...(field === 'organization' ? path.slice(1) : path))
}
