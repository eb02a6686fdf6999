/** Expected failures of an operation: each has a code, a sentence and, where one field is at fault, its path. */
import { FederationError } from '#core/errors.ts'
import type { EntityCheck } from '#server/services/entity-checks.ts'

export type OperationErrorCode =
  | 'INVALID_INPUT'
  | 'CONFLICT'
  | 'NOT_FOUND'
  | 'ENTITY_REJECTED'
  | 'UNAVAILABLE'

export class OperationError extends Error {
  readonly code: OperationErrorCode
  readonly path: readonly string[] | null
  /** Whether the same operation may succeed a little later. */
  readonly isRetryable: boolean = false

  constructor(code: OperationErrorCode, message: string, path: readonly string[] | null = null) {
    super(message)
    this.code = code
    this.path = path
  }
}

/** A value that may not stand; nothing was changed. */
export class InvalidInputError extends OperationError {
  override readonly name = 'InvalidInputError'
  constructor(message: string, ...path: string[]) {
    super('INVALID_INPUT', message, path.length > 0 ? ['input', ...path] : null)
  }
}

/** It exists already, or somebody else changed it first. */
export class ConflictError extends OperationError {
  override readonly name = 'ConflictError'
  constructor(message: string, ...path: string[]) {
    super('CONFLICT', message, path.length > 0 ? ['input', ...path] : null)
  }
}

export class NotFoundError extends OperationError {
  override readonly name = 'NotFoundError'
  constructor(message: string, ...path: string[]) {
    super('NOT_FOUND', message, path.length > 0 ? ['input', ...path] : null)
  }
}

/** The entity's own configuration failed a check; nothing was changed. */
export class EntityRejectedError extends OperationError {
  override readonly name = 'EntityRejectedError'
  readonly checks: readonly EntityCheck[]
  override readonly isRetryable: boolean

  constructor(checks: readonly EntityCheck[]) {
    const failed = checks.filter(({ status }) => status === 'FAILED')
    super('ENTITY_REJECTED', failed.map(({ message }) => message).join(' '), ['input', 'entityId'])
    this.checks = checks
    this.isRetryable = failed.every(({ isTransient }) => isTransient)
  }
}

/** Something the operation needs cannot be reached at present. */
export class UnavailableError extends OperationError {
  override readonly name = 'UnavailableError'
  override readonly isRetryable = true
  constructor(message: string) {
    super('UNAVAILABLE', message)
  }
}

/** Runs a parser of core on one input field and says which field was at fault. */
export function parseField<T>(path: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof FederationError) throw new InvalidInputError(error.message, path)
    throw error
  }
}
