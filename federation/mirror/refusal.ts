/** The state of a source is not taken over: it is old, incomplete, of another anchor, or not what the anchor signed. */
export class RefusedError extends Error {
  override readonly name: string = 'RefusedError'
}

/** The anchor has keys that are not known: a thief's, or those that replaced a stolen key. */
export class UnknownKeysError extends RefusedError {
  override readonly name = 'UnknownKeysError'
}

/** Files have changed since the manifest was signed. All others are as it says. */
export class MovedError extends RefusedError {
  override readonly name = 'MovedError'
}

type Flags = { isMissing?: boolean; isUnsupported?: boolean }

/** A bucket cannot be read or written. What it has stays. */
export class TargetError extends Error {
  override readonly name = 'TargetError'
  /** There is no such object. */
  readonly isMissing: boolean
  /** The object store does not have what was asked for. */
  readonly isUnsupported: boolean

  constructor(
    message: string,
    { isMissing = false, isUnsupported = false, ...options }: ErrorOptions & Flags = {},
  ) {
    super(message, options)
    this.isMissing = isMissing
    this.isUnsupported = isUnsupported
  }
}
