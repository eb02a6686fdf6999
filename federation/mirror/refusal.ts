/** The state of a source is not taken over: it is old, incomplete, of another anchor, or not what the anchor signed. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
}

/** The target cannot be read or written, or another program writes into it. What it has stays. */
export class TargetError extends Error {
  override readonly name = 'TargetError'
}
