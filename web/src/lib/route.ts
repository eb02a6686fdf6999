/** The addresses of the console. */
import type { auditList } from '#lib/audit/list.ts'
import type { apiKeyList } from '#lib/auth/api-key-list.ts'
import type { userList } from '#lib/auth/user-list.ts'
import type { collectionList } from '#lib/collection/list.ts'
import type { Search } from '#lib/list/list.ts'
import type { runList } from '#lib/run/list.ts'
import type { SubordinateSearch } from '#lib/subordinate/list.ts'
import type { trustMarkList } from '#lib/trust-mark/list.ts'
import type { trustMarkTypeList } from '#lib/trust-mark/type-list.ts'

export type SubordinateTab = 'metadata' | 'keys' | 'policy' | 'statement' | 'trust-marks' | 'history' | 'edit'

/** Filters of the list of runs, and the kind of run to start after a confirmation. */
export type RenewalSearch = Search<typeof runList> & { start?: string }

/** The selection in the explorer; positions start at 0, as in a Trust Chain. */
export interface ExplorerView {
  anchor?: string
  chain?: string
  statement?: string
  /** A dead end instead of a statement. */
  failure?: string
  /** `list` or `graph`; absent: by the width of the window. */
  show?: string
}

const withQuery = (path: string, parameters: object) => {
  const present = Object.entries(parameters).filter(([, value]) => value)
  return present.length === 0 ? path : `${path}?${new URLSearchParams(present)}`
}

export const route = {
  dashboard: () => '/',
  signIn: (next?: string) => withQuery('/sign-in', { next: next === '/' ? undefined : next }),
  newPassword: (next?: string) => withQuery('/new-password', { next: next === '/' ? undefined : next }),
  subordinates: (search: SubordinateSearch = {}) => withQuery('/subordinates', search),
  registerSubordinate: (entityId?: string) => withQuery('/subordinates/new', { entity: entityId }),
  importSubordinates: () => '/subordinates/import',
  subordinate: (id: string, tab?: SubordinateTab) =>
    `/subordinates/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`,
  renewals: (search: RenewalSearch = {}) => withQuery('/renewals', search),
  renewal: (id: string) => `/renewals/${encodeURIComponent(id)}`,
  users: (search: Search<typeof userList> = {}) => withQuery('/users', search),
  apiKeys: (search: Search<typeof apiKeyList> = {}) => withQuery('/api-keys', search),
  audit: (search: Search<typeof auditList> = {}) => withQuery('/audit', search),
  account: () => '/account',
  explorer: (entity?: string, view: ExplorerView = {}) => withQuery('/explorer', { entity, ...view }),
  collection: (search: Search<typeof collectionList> = {}) => withQuery('/collection', search),
  collectionEntity: (entityId: string) => withQuery('/collection/entity', { id: entityId }),
  trustAnchor: (tab?: 'edit') => `/trust-anchor${tab ? `/${tab}` : ''}`,
  policy: () => '/policy',
  keys: () => '/keys',
  trustMarks: (search: Search<typeof trustMarkList> = {}) => withQuery('/trust-marks', search),
  issueTrustMark: (about: { type?: string; entity?: string } = {}) => withQuery('/trust-marks/new', about),
  trustMark: (id: string, tab?: 'edit') => `/trust-marks/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`,
  trustMarkType: (id: string, tab?: 'edit') =>
    `/trust-mark-types/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`,
  trustMarkTypes: (search: Search<typeof trustMarkTypeList> = {}) => withQuery('/trust-mark-types', search),
  createTrustMarkType: () => '/trust-mark-types/new',
}
