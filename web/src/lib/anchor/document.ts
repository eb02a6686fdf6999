/** Replaces the present document by another one, which may be about another anchor. */
let isEnding = false

/** Never resolves. Of several calls the first one counts. */
export function loadDocument(address: string): Promise<never> {
  if (!isEnding) {
    isEnding = true
    if (new URL(address, location.href).href === location.href) location.reload()
    else location.replace(address)
  }
  return new Promise(() => undefined)
}
