/** Checks pasted Entity Identifiers (§1.2) before the server does, to save a round trip. */

const WELL_KNOWN = /\/\.well-known\/openid-federation\/?$/

/** Accepts the address of an Entity Configuration, or a bare host name, and returns the identifier. */
export function toEntityId(text: string): string {
  const trimmed = text.trim().replace(WELL_KNOWN, '')
  return trimmed === '' || /^[a-z][a-z0-9+.-]*:/i.test(trimmed) ? trimmed : `https://${trimmed}`
}

export function entityIdProblem(entityId: string): string | undefined {
  if (entityId === '') return 'Paste the Entity Identifier of the entity.'
  const url = URL.parse(entityId)
  if (
    !url ||
    !/^https?:$/.test(url.protocol) ||
    (!url.hostname.includes('.') && url.hostname !== 'localhost')
  ) {
    return 'An Entity Identifier is a URL such as https://rp.example.org.'
  }
  if (url.hash || url.search)
    return 'An Entity Identifier has no query and no fragment. Leave out what follows ? or #.'
  return undefined
}
