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
