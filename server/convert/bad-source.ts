/** A source cannot be converted as it is: one sentence for each fault, a line each. */
export class BadSourceError extends Error {
  override readonly name = 'BadSourceError'
}
