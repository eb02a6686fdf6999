/** Every address in the console. */
import type { SubordinateSearch } from '#lib/subordinate-search.ts'

export type SubordinateTab = 'metadata' | 'keys' | 'statement' | 'trust-marks'

const withQuery = (path: string, parameters: object) => {
  const present = Object.entries(parameters).filter(([, value]) => value)
  return present.length === 0 ? path : `${path}?${new URLSearchParams(present)}`
}

export const route = {
  dashboard: () => '/',
  signIn: (next?: string) => withQuery('/sign-in', { next: next === '/' ? undefined : next }),
  subordinates: (search: Partial<SubordinateSearch> = {}) => withQuery('/subordinates', search),
  registerSubordinate: (entityId?: string) => withQuery('/subordinates/new', { entity: entityId }),
  subordinate: (id: string, tab?: SubordinateTab) =>
    `/subordinates/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`,
  trustMarkTypes: (page: { after?: string; before?: string } = {}) => withQuery('/trust-mark-types', page),
  createTrustMarkType: () => '/trust-mark-types/new',
}
