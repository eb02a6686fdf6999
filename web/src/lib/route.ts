/** Every address in the console. */
import type { AuditSearch } from '#lib/audit/search.ts'
import type { ApiKeySearch } from '#lib/auth/api-key-search.ts'
import type { UserSearch } from '#lib/auth/user-search.ts'
import type { CollectionSearch } from '#lib/collection/search.ts'
import type { Place } from '#lib/list/paging.ts'
import type { RunListSearch } from '#lib/run/search.ts'
import type { SubordinateSearch } from '#lib/subordinate/search.ts'
import type { TrustMarkSearch } from '#lib/trust-mark/search.ts'
import type { TrustMarkTypeSearch } from '#lib/trust-mark/type-search.ts'

export type SubordinateTab = 'metadata' | 'keys' | 'policy' | 'statement' | 'trust-marks' | 'history' | 'edit'

/** Which results of a run are listed; by default the failures, where there are any. */
export interface RunSearch {
  result?: string
}

/** Which runs are listed, and a kind that shall be started, after a question. */
export interface RenewalSearch extends Partial<RunListSearch> {
  start?: string
}

/** What the explorer shows of a resolution; positions are counted from 0, as in a Trust Chain. */
export interface ExplorerView {
  anchor?: string
  chain?: string
  statement?: string
  /** A branch that ended early, instead of a statement. */
  failure?: string
  /** `list` or `graph`; what suits the window when absent. */
  show?: string
}

const withQuery = (path: string, parameters: object) => {
  const present = Object.entries(parameters).filter(([, value]) => value)
  return present.length === 0 ? path : `${path}?${new URLSearchParams(present)}`
}

export const route = {
  dashboard: () => '/',
  signIn: (next?: string) => withQuery('/sign-in', { next: next === '/' ? undefined : next }),
  subordinates: (search: Partial<SubordinateSearch> = {}) => withQuery('/subordinates', search),
  registerSubordinate: (entityId?: string) => withQuery('/subordinates/new', { entity: entityId }),
  importSubordinates: () => '/subordinates/import',
  subordinate: (id: string, tab?: SubordinateTab, place: Place = {}) =>
    withQuery(`/subordinates/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`, place),
  renewals: (search: RenewalSearch & Place = {}) => withQuery('/renewals', search),
  renewal: (id: string, search: RunSearch & Place = {}) =>
    withQuery(`/renewals/${encodeURIComponent(id)}`, search),
  users: (search: Partial<UserSearch> & Place = {}) => withQuery('/users', search),
  apiKeys: (search: Partial<ApiKeySearch> & Place = {}) => withQuery('/api-keys', search),
  audit: (search: Partial<AuditSearch> = {}) => withQuery('/audit', search),
  account: () => '/account',
  explorer: (entity?: string, view: ExplorerView = {}) => withQuery('/explorer', { entity, ...view }),
  collection: (search: Partial<CollectionSearch> & { after?: string } = {}) =>
    withQuery('/collection', search),
  collectionEntity: (entityId: string) => withQuery('/collection/entity', { id: entityId }),
  trustAnchor: (tab?: 'edit') => `/trust-anchor${tab ? `/${tab}` : ''}`,
  policy: () => '/policy',
  keys: () => '/keys',
  trustMarks: (search: Partial<TrustMarkSearch> & Place = {}) => withQuery('/trust-marks', search),
  issueTrustMark: (about: { type?: string; entity?: string } = {}) => withQuery('/trust-marks/new', about),
  trustMark: (id: string, tab?: 'edit') => `/trust-marks/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`,
  trustMarkType: (id: string, tab?: 'edit', place: Place = {}) =>
    withQuery(`/trust-mark-types/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`, place),
  trustMarkTypes: (search: Partial<TrustMarkTypeSearch> & Place = {}) =>
    withQuery('/trust-mark-types', search),
  createTrustMarkType: () => '/trust-mark-types/new',
}
