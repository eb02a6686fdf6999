/** Opens something that closes with the run, even if the run is interrupted while it opens. */

/** @throws ReferenceError, and does not start, after `opened` was closed */
export function open<Value extends object>(
  opened: AsyncDisposableStack,
  start: () => Promise<Value>,
  close: (value: Value) => Promise<unknown>,
): Promise<Value> {
  let pending: Promise<Value> | undefined
  opened.defer(async () => {
    const value = await pending?.catch(() => undefined) // who opens it handles the error
    if (value) await close(value)
  })
  pending = start()
  return pending
}
