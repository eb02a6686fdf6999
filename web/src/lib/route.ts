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
export type RunSearch = Search<typeof runList> & { start?: string }

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
  approvals: (search: Search<typeof changeList> = {}) => at('/requests/approvals', search),
  approval: (id: string) => at(`/requests/approvals/${encodeURIComponent(id)}`),
  activity: (search: RunSearch = {}) => at('/activity', search),
  /** A run can be one of another anchor. */
  run: (id: string, anchor = presentAnchor) => addressIn(anchor, `/activity/${encodeURIComponent(id)}`),
  anchors: () => at('/administration'),
  createAnchor: () => at('/administration/new'),
  anchor: (slug: string) => at(`/administration/anchors/${slug}`),
  users: (search: Search<typeof userList> = {}) => at('/administration/users', search),
  apiKeys: (search: Search<typeof apiKeyList> = {}) => at('/administration/api-keys', search),
  api: () => at('/administration/api'),
  webhooks: () => at('/administration/webhooks'),
  createWebhook: () => at('/administration/webhooks/new'),
  webhook: (id: string, tab?: 'edit') =>
    at(`/administration/webhooks/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`),
  mail: () => at('/administration/mail'),
  protection: () => at('/administration/protection'),
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
  collection: (search: Search<typeof collectionList> = {}) => at('/explorer/collection', search),
  collectionEntity: (entityId: string) => at('/explorer/collection/entity', { id: entityId }),
  settings: (tab?: 'edit') => at(`/settings${tab ? `/${tab}` : ''}`),
  policy: () => at('/settings/policy'),
  keys: () => at('/settings/keys'),
  endpoints: () => at('/settings/endpoints'),
  publication: () => at('/settings/publication'),
  trustMarks: (search: Search<typeof trustMarkList> = {}) => at('/trust-marks', search),
  issueTrustMark: (about: { type?: string; entity?: string } = {}) => at('/trust-marks/new', about),
  trustMark: (id: string, tab?: 'edit') =>
    at(`/trust-marks/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`),
  trustMarkType: (id: string, tab?: 'edit') =>
    at(`/trust-marks/types/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`),
  trustMarkTypes: (search: Search<typeof trustMarkTypeList> = {}) => at('/trust-marks/types', search),
  createTrustMarkType: () => at('/trust-marks/types/new'),
}
