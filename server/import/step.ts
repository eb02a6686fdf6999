/** The result of importing one object. Existing objects never change; each import is one transaction with its audit entry. */

import type { Database } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { SigningKeys } from '#server/publish/signing-keys.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { Writer } from '#server/services/write.ts'

export type ImportContext = Pick<ServiceContext, 'entityId' | 'allowHttp' | 'fetcher' | 'now'> & {
  db: Database
  write: Writer
  signingKeys: SigningKeys
  caller: Caller
  /** Reports what would be done, without doing it. */
  isDryRun: boolean
}

export type ImportKind =
  | 'SigningKey'
  | 'Setting'
  | 'TrustMarkType'
  | 'Subordinate'
  | 'StatusList'
  | 'TrustMark'
  | 'IssuedTrustMarks'

/**
 * `IMPORTED`: imported, or would be in a dry run; `UNCHANGED`: exists and is equal; `CONFLICT`: exists and differs, and
 * stays as it is; `FAILED`: cannot be imported.
 */
export type ImportResult = 'IMPORTED' | 'UNCHANGED' | 'CONFLICT' | 'FAILED'

export type Outcome = { result: ImportResult; message: string | null }
export type ImportItem = Outcome & { kind: ImportKind; resource: string }

export const imported = (notes: readonly string[] = []): Outcome => ({
  result: 'IMPORTED',
  message: notes.join(' ') || null,
})
export const unchanged: Outcome = { result: 'UNCHANGED', message: null }

/** The outcome for an existing object. */
export function compared(differences: readonly string[]): Outcome {
  if (differences.length === 0) return unchanged
  return {
    result: 'CONFLICT',
    message: `Exists with a different ${differences.join(', ')}. It was not changed.`,
  }
}

export const failed = (message: string): Outcome => ({ result: 'FAILED', message })
