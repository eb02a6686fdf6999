/** Expected failures of an operation: each has a code, a sentence and, where one field is at fault, its path. */
import { FederationError } from '#core/errors.ts'
import type { Path } from '#core/path.ts'

export type OperationErrorCode =
  | 'INVALID_INPUT'
  | 'CONFLICT'
  | 'NOT_FOUND'
  | 'ENTITY_REJECTED'
  | 'UNAVAILABLE'
  | 'UNSAFE_KEY_CHANGE'
  | 'KEY_DIRECTORY_READ_ONLY'
  | 'REAUTHENTICATION_REQUIRED'
  | 'TOO_MANY_REQUESTS'
  | 'APPROVAL_REQUIRED'
  | 'FORBIDDEN'

export class OperationError extends Error {
  readonly code: OperationErrorCode
  /** The field at fault, from the operation's arguments inwards. */
  readonly path: Path | null
  /** Whether the same operation may succeed a little later. */
  readonly isRetryable: boolean = false

  constructor(code: OperationErrorCode, message: string, path: Path | null = null) {
    super(message)
    this.code = code
    this.path = path
  }
}

/** An invalid value; nothing was changed. */
export class InvalidInputError extends OperationError {
  override readonly name = 'InvalidInputError'
  constructor(message: string, ...path: Path) {
    super('INVALID_INPUT', message, path.length > 0 ? path : null)
  }
}

/** An object, by its type in the API and its key in the database. */
export type Existing = {
  typename: 'Subordinate' | 'TrustMark' | 'TrustMarkType' | 'Organization'
  id: number
}

/** A change of what a configuration file says. */
export type DescribedChange = {
  /** The object in the file. */
  section: string
  key: string
  isRemoved: boolean
  /** The fields that the change would set, as their columns have them. */
  changed: Readonly<Record<string, unknown>>
}

/** The object already exists, another request changed it first, or a configuration file says otherwise. */
export class ConflictError extends OperationError {
  override readonly name = 'ConflictError'
  readonly existing: Existing | null = null
  readonly described: DescribedChange | null = null
  constructor(message: string, ...path: Path) {
    super('CONFLICT', message, path.length > 0 ? path : null)
  }
}

/** The object already exists; the caller can use its id. */
export class DuplicateError extends ConflictError {
  override readonly existing: Existing

  constructor(existing: Existing, message: string, ...path: Path) {
    super(message, ...path)
    this.existing = existing
  }
}

export class NotFoundError extends OperationError {
  override readonly name = 'NotFoundError'
  constructor(message: string, ...path: Path) {
    super('NOT_FOUND', message, path.length > 0 ? path : null)
  }
}

/** The caller may not reach the anchor that it names, or what belongs to another one. */
export class AnchorAccessError extends OperationError {
  override readonly name = 'AnchorAccessError'
  constructor(code: 'FORBIDDEN' | 'NOT_FOUND', message: string) {
    super(code, message)
  }
}

/** The object was changed after it was read. `version`: the one that the caller sent, if any. */
export function createVersionConflict(version?: number | null): ConflictError {
  const message = 'Someone else changed it. Reload and try again.'
  return new ConflictError(message, ...(version == null ? [] : ['version']))
}

/** A required service is unreachable, busy or full. */
export class UnavailableError extends OperationError {
  override readonly name = 'UnavailableError'
  override readonly isRetryable = true
  constructor(message: string) {
    super('UNAVAILABLE', message)
  }
}

/** The key store cannot sign now. What can wait, waits. */
export class SigningUnavailableError extends UnavailableError {}

/** The database refuses changes, because it is full or read-only, and has rolled back the transaction. */
export class DatabaseRefusesError extends UnavailableError {
  /** What is wrong with it, and what to do. */
  readonly parts: readonly [fact: string, advice: string]

  constructor(state: 'full' | 'readOnly') {
    const [fact, advice] = refusals[state]
    super(`${fact}, so it stored nothing of this change. ${advice}, then try again.`)
    this.parts = refusals[state]
  }
}

/** What is wrong with a database that takes no changes, and what to do. */
export const refusals = {
  full: ['The database is out of disk space', 'Free space'],
  readOnly: ['The database is read-only, such as a standby', 'Connect to the primary'],
} as const

/** The database, or an earlier change in it, took too long, and has stored nothing of this one. */
export class DatabaseBusyError extends UnavailableError {
  constructor() {
    super('The database did not finish in time, so it stored nothing of this change. Try again in a moment.')
  }
}

/** A step of a key rollover that would invalidate cached documents; nothing was changed. */
export class UnsafeKeyChangeError extends OperationError {
  override readonly name = 'UnsafeKeyChangeError'
  /** When it becomes safe; null when that does not depend on time. */
  readonly safeFrom: Date | null

  constructor(message: string, safeFrom: Date | null, ...path: Path) {
    super('UNSAFE_KEY_CHANGE', message, path.length > 0 ? path : null)
    this.safeFrom = safeFrom
  }
}

/** The key directory cannot be written from here. */
export class KeyDirectoryReadOnlyError extends OperationError {
  override readonly name = 'KeyDirectoryReadOnlyError'
  constructor(message: string) {
    super('KEY_DIRECTORY_READ_ONLY', message)
  }
}

/** The sign-in is too old for a sensitive change; sign in again and retry. */
export class ReauthenticationRequiredError extends OperationError {
  override readonly name = 'ReauthenticationRequiredError'
  constructor() {
    super(
      'REAUTHENTICATION_REQUIRED',
      'Your sign-in is too old for this change. Confirm that it is you, then retry.',
    )
  }
}

/** The address made too many attempts; the message says how long to wait. */
export class TooManyRequestsError extends OperationError {
  override readonly name = 'TooManyRequestsError'
  override readonly isRetryable = true
  constructor(message: string) {
    super('TOO_MANY_REQUESTS', message)
  }
}

/**
 * Runs a parser of core on one input field and says where in it the fault is, to the operator of a policy or the
 * element of a list.
 */
export function parseField<T>(field: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof FederationError)) throw error
    const { path = [], operator } = error.detail
    const inside = path[0] === field ? path.slice(1) : path
    throw new InvalidInputError(
      error.message,
      field,
      ...inside,
      ...(operator === undefined ? [] : [operator]),
    )
  }
}
