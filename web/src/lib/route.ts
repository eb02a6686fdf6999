/** The addresses of the console, in the anchor of the document. */
import { addressIn } from '#lib/anchor/address.ts'
import { presentAnchor } from '#lib/anchor/present.ts'
import type { auditList } from '#lib/audit/list.ts'
import type { apiKeyList } from '#lib/auth/api-key-list.ts'
import type { userList } from '#lib/auth/user-list.ts'
import type { Subject } from '#lib/check/pipeline.ts'
import type { collectionList } from '#lib/collection/list.ts'
import type { Search } from '#lib/list/list.ts'
import type { OrganizationSearch } from '#lib/organization/list.ts'
import type { changeList } from '#lib/protection/list.ts'
import type { RequestSearch } from '#lib/request/list.ts'
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

/** An entity of a member's organization. */
export interface MemberEntity {
  /** The slug of the anchor in which it is registered. */
  anchor: string
  entityId: string
}

export type PortalEntityTab = 'metadata' | 'keys' | 'statements' | 'trust-marks' | 'change'

/** Which entities the portal shows. */
export interface PortalSearch {
  /** `problem`: only those with one. */
  show?: string
}

const at = (path: string, parameters: object = {}) => {
  const present = Object.entries(parameters).filter(([, value]) => value)
  return addressIn(presentAnchor, present.length === 0 ? path : `${path}?${new URLSearchParams(present)}`)
}

export const route = {
  dashboard: () => at('/'),
  signIn: (next?: string) => at('/sign-in', { next: next === '/' ? undefined : next }),
  newPassword: (next?: string) => at('/new-password', { next: next === '/' ? undefined : next }),
  subordinates: (search: SubordinateSearch = {}) => at('/subordinates', search),
  registerSubordinate: (entityId?: string) => at('/subordinates/new', { entity: entityId }),
  importSubordinates: () => at('/subordinates/import'),
  subordinate: (id: string, tab?: SubordinateTab) =>
    at(`/subordinates/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`),
  organizations: (search: OrganizationSearch = {}) => at('/organizations', search),
  createOrganization: () => at('/organizations/new'),
  organization: (id: string, tab?: 'edit') =>
    at(`/organizations/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`),
  requests: (search: RequestSearch = {}) => at('/requests', search),
  request: (id: string) => at(`/requests/${encodeURIComponent(id)}`),
  requestChecks: () => at('/requests/checks'),
  editRequestChecks: ({ entityType, trustMarkType }: Subject) =>
    at('/requests/checks/edit', { type: entityType, mark: trustMarkType }),
  changeRequests: (search: Search<typeof changeList> = {}) => at('/changes', search),
  changeRequest: (id: string) => at(`/changes/${encodeURIComponent(id)}`),
  twoPeople: () => at('/changes/two-people'),
  renewals: (search: RenewalSearch = {}) => at('/renewals', search),
  /** A run can be one of another anchor. */
  renewal: (id: string, anchor = presentAnchor) => addressIn(anchor, `/renewals/${encodeURIComponent(id)}`),
  users: (search: Search<typeof userList> = {}) => at('/users', search),
  apiKeys: (search: Search<typeof apiKeyList> = {}) => at('/api-keys', search),
  playground: () => at('/playground'),
  webhooks: () => at('/webhooks'),
  createWebhook: () => at('/webhooks/new'),
  webhook: (id: string, tab?: 'edit') => at(`/webhooks/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`),
  messages: () => at('/messages'),
  installation: () => at('/installation'),
  createAnchor: () => at('/installation/new'),
  anchor: (slug: string) => at(`/installation/anchors/${slug}`),
  audit: (search: Search<typeof auditList> = {}) => at('/audit', search),
  account: () => at('/account'),
  notifications: () => at('/account/notifications'),
  /** The portal has no anchor: a member acts in several at once. */
  portal: (search: PortalSearch = {}) => at('/portal', search),
  portalEntity: ({ anchor, entityId }: MemberEntity, tab?: PortalEntityTab) =>
    at(`/portal/entity${tab ? `/${tab}` : ''}`, { anchor, id: entityId }),
  portalOrganization: (id?: string) => at('/portal/organization', { id }),
  portalRequests: () => at('/portal/requests'),
  portalRequest: (id: string) => at('/portal/request', { id }),
  /** `place` names an organization and an anchor. */
  portalRegister: (place?: string, entity?: string) => at('/portal/register', { place, entity }),
  portalAccount: () => at('/portal/account'),
  explorer: (entity?: string, view: ExplorerView = {}) => at('/explorer', { entity, ...view }),
  collection: (search: Search<typeof collectionList> = {}) => at('/collection', search),
  collectionEntity: (entityId: string) => at('/collection/entity', { id: entityId }),
  trustAnchor: (tab?: 'edit') => at(`/trust-anchor${tab ? `/${tab}` : ''}`),
  /** `name` goes to the place of a type, a field or an operation; `q` searches. */
  reference: (search: { name?: string; q?: string } = {}) => at('/reference', search),
  referencePage: (page: string, id?: string) => `${at(`/reference/${page}`)}${id ? `#${id}` : ''}`,
  policy: () => at('/policy'),
  keys: () => at('/keys'),
  trustMarks: (search: Search<typeof trustMarkList> = {}) => at('/trust-marks', search),
  issueTrustMark: (about: { type?: string; entity?: string } = {}) => at('/trust-marks/new', about),
  trustMark: (id: string, tab?: 'edit') =>
    at(`/trust-marks/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`),
  trustMarkType: (id: string, tab?: 'edit') =>
    at(`/trust-mark-types/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`),
  trustMarkTypes: (search: Search<typeof trustMarkTypeList> = {}) => at('/trust-mark-types', search),
  createTrustMarkType: () => at('/trust-mark-types/new'),
}
