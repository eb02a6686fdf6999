/** What the checks of a pipeline look at, and what they answer. */
import type { EntityStatement } from '#core/entity-statement/index.ts'
import type { Metadata } from '#core/metadata.ts'
import type { Organization } from '#prisma/generated/client/client.ts'
import type { RequestKind } from '#server/services/request/input.ts'

export type Facts = {
  kind: RequestKind
  entityId: string
  /** Null: the request is of no organization. */
  organization: Organization | null
  /** As it was examined. */
  statement: EntityStatement
  /** After the superior's metadata, constraints and policy (§6.1.4.2). */
  metadata: Metadata
  trustMarkType: string | null
  /** SHA-256, hex, of each text that the organization accepted. */
  acceptedTerms: readonly string[]
}

export type Finding = {
  /** `SKIPPED`: the check does not apply to the entity. */
  status: 'PASSED' | 'FAILED' | 'SKIPPED'
  /** A sentence. */
  message: string
  /** A temporary failure, such as an unreachable host. */
  isTransient?: boolean
  /** The text to be accepted. */
  terms?: string
}

export const pass = (message: string): Finding => ({ status: 'PASSED', message })
export const fail = (message: string): Finding => ({ status: 'FAILED', message })
export const skip = (message: string): Finding => ({ status: 'SKIPPED', message })
