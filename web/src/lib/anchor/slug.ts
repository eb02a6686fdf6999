/** Suggests the short name of an anchor. */

const MOST = 32

/** The last part of the identifier's path, or else the first part of its host. */
export function suggestSlug(entityId: string): string {
  const url = URL.parse(entityId)
  if (!url) return ''
  const [name = ''] = [...url.pathname.split('/').filter(Boolean).reverse(), ...url.hostname.split('.')]
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MOST)
    .replace(/^-+|-+$/g, '')
}
