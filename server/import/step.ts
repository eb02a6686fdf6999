/** One thing at a time: what is there is never changed, and each thing is one transaction with its audit event. */

import type { Database } from '#server/database/client.ts'
import type { Caller } from '#server/identity/caller.ts'
import type { SigningKeys } from '#server/publish/signing-keys.ts'
import type { ServiceContext } from '#server/services/context.ts'
import type { Writer } from '#server/services/write.ts'

export type ImportContext = Pick<ServiceContext, 'entityId' | 'allowHttp' | 'fetcher'> & {
  db: Database
  write: Writer
  signingKeys: SigningKeys
  caller: Caller
  /** Says what would be done, and does nothing. */
  isDryRun: boolean
}

export type ImportKind =
  | 'SigningKey'
  | 'Setting'
  | 'TrustMarkType'
  | 'Subordinate'
  | 'TrustMark'
  | 'IssuedTrustMarks'

/**
 * `IMPORTED`, or would be; `UNCHANGED`: it is here and the same; `CONFLICT`: it is here and different, and was left
 * alone; `FAILED`: it cannot be taken over.
 */
export type ImportResult = 'IMPORTED' | 'UNCHANGED' | 'CONFLICT' | 'FAILED'

export type Outcome = { result: ImportResult; message: string | null }
export type ImportItem = Outcome & { kind: ImportKind; resource: string }

export const imported = (notes: readonly string[] = []): Outcome => ({
  result: 'IMPORTED',
  message: notes.join(' ') || null,
})
export const unchanged: Outcome = { result: 'UNCHANGED', message: null }

/** Of what is here already: the same, or what differs. */
export function compared(differences: readonly string[]): Outcome {
  if (differences.length === 0) return unchanged
  return {
    result: 'CONFLICT',
    message: `Here it has another ${differences.join(', ')}; it is left as it is.`,
  }
}

export const failed = (message: string): Outcome => ({ result: 'FAILED', message })
