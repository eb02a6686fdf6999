/** The state of a source is not taken over: it is old, incomplete, of another anchor, or not what the anchor signed. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
}
