/** Shares what the subscribers of an event read about it, so that an event for many of them costs one statement. */

const reads = new WeakMap<object, Map<string, Promise<unknown>>>()

/**
 * `event` is the same object for all subscribers; `key` names everything else that decides what is read, such as the selected
 * columns and what the caller may see. A failure is not kept.
 */
export function readOnce<Value>(event: object, key: unknown, read: () => PromiseLike<Value>): Promise<Value> {
  const ofEvent = reads.get(event) ?? new Map<string, Promise<unknown>>()
  reads.set(event, ofEvent)
  const name = JSON.stringify(key)
  const known = ofEvent.get(name)
  if (known) return known as Promise<Value> // of the same read
  const value = Promise.resolve(read())
  ofEvent.set(name, value)
  value.catch(() => ofEvent.delete(name))
  return value
}
