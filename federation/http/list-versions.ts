/** Remembers from which lists an answer was made, without keeping replaced lists in memory. */

/** Returns whether other lists are the same objects. Undefined is never the same. */
export function rememberLists(
  lists: readonly object[],
): (others: readonly (object | undefined)[]) => boolean {
  const references = lists.map((list) => new WeakRef(list))
  return (others) =>
    others.length === references.length &&
    references.every((reference, at) => {
      const list = reference.deref()
      return list !== undefined && list === others[at]
    })
}
