/** The queries of the console whose cost can grow with the federation, with the variables that its lists send. */
import { formatPrismaCursor } from '@pothos/plugin-prisma'
import { auditList, auditVariables } from '#lib/audit/list.ts'
import { collectionList } from '#lib/collection/list.ts'
import type { Filter } from '#lib/list/filter.ts'
import { type List, listVariables } from '#lib/list/list.ts'
import { organizationVariables } from '#lib/organization/list.ts'
import { requestVariables } from '#lib/request/list.ts'
import { runList } from '#lib/run/list.ts'
import { subordinateList, subordinateVariables } from '#lib/subordinate/list.ts'
import { trustMarkList } from '#lib/trust-mark/list.ts'
import { TYPES, type } from './admin-rows.ts'

/** Ids of things in the filled database; the rows are in the middle of their tables. */
export type Samples = {
  subordinate: { id: string; key: number; entityId: string }
  trustMark: { id: string; key: number }
  trustMarkType: string
  run: string
}
/** Without members and requests: the filled database has no organizations. */
const ORGANIZATION = Buffer.from('Organization:1').toString('base64')
const REQUEST = Buffer.from('Request:1').toString('base64')

type Variables = Record<string, unknown>
type Case = { about: string; variables: Variables }
type Cases = (samples: Samples) => Case[]

/** Terms that many, few, one and no members match. */
const terms = ['example', 'org-17', 'wiki library', 'login7.', 'Ωmega', 'ex']
const policy = { openid_relying_party: { contacts: { add: ['security@example.org'] } } }

const one =
  (variables: (samples: Samples) => Variables = () => ({})): Cases =>
  (samples) => [{ about: '', variables: variables(samples) }]

const member = one(({ subordinate: { id } }) => ({ id }))
const mark = one(({ trustMark: { id } }) => ({ id }))
const organization = one(() => ({ id: ORGANIZATION }))
const markType = one(({ trustMarkType: id }) => ({ id }))
const entity = one(({ subordinate: { entityId } }) => ({ entityId }))
const ofRun = one(({ run: id }) => ({ id, run: id }))

const searches =
  (more: Variables = {}): Cases =>
  () =>
    terms.map((search) => ({ about: search, variables: { search, ...more } }))

/** The values that a user can choose, or some that a user could enter. */
function valuesOf(filter: Filter<object>): readonly string[] {
  switch (filter.kind) {
    case 'choice':
    case 'groups':
    case 'parts':
      return filter.options.map(([value]) => value)
    case 'search':
    case 'text':
      return [...terms, 'job:renew', 'operator-7']
    case 'mark type':
      return [type(1), type(TYPES + 1)]
    case 'assignee':
      return ['*me', '*none', 'operator-7']
    case 'organization':
      return [ORGANIZATION]
    case 'tags':
      return ['wave-5', 'wave-5, region-5', 'unused']
    case 'day':
      return ['2020-01-01', '2030-01-01']
    case 'link':
      return ['1', 'ML-DSA-65']
  }
}

/** Each filter alone, in each order. */
function addresses<Condition extends object>({ filters }: List<Condition>, sorts: readonly string[]) {
  const single = Object.entries<Filter<Condition>>(filters).flatMap(([name, filter]) =>
    valuesOf(filter).map((value) => ({ [name]: value })),
  )
  return [{}, ...single].flatMap((search) =>
    sorts.map((sort) => new URLSearchParams({ ...search, ...(sort ? { sort } : {}) })),
  )
}

/** Of each address: the first page, the pages before and after a row in the middle, and the last one. */
const pages =
  <Condition extends object>(
    list: List<Condition>,
    toVariables: (parameters: URLSearchParams) => { first?: number },
    middle: (samples: Samples) => number,
    sorts: readonly string[] = [''],
  ): Cases =>
  (samples) =>
    addresses(list, sorts).flatMap((address) => {
      const { first, ...variables } = toVariables(address)
      const cursor = formatPrismaCursor({ id: middle(samples) }, 'id')
      const places: Record<string, Variables> = {
        first: { first },
        after: { first, after: cursor },
        before: { last: first, before: cursor },
        last: { last: first },
      }
      return Object.entries(places).map(([place, page]) => ({
        about: `${decodeURIComponent(address.toString())} ${place}`.trim(),
        variables: { ...variables, ...page },
      }))
    })

/** The first page of each address of a list that the number of members does not lengthen. */
const firstPages =
  <Condition extends object>(list: List<Condition>): Cases =>
  () =>
    addresses(list, ['']).map((address) => ({
      about: decodeURIComponent(address.toString()),
      variables: listVariables(address, list),
    }))

const sorts = ['entity', 'registered', 'updated', 'expires'].flatMap((sort) => [sort, `-${sort}`])
const firstPage = one(() => ({ first: 50 }))

/** The console's queries by the name of the operation. */
export const operations: Readonly<Record<string, Cases>> = {
  SubordinatesPage: pages(subordinateList, subordinateVariables, ({ subordinate: { key } }) => key, sorts),
  SubordinateExport: ({ subordinate: { key } }) =>
    [null, formatPrismaCursor({ id: key }, 'id')].map((after) => ({
      about: after ? 'a later page' : 'first page',
      variables: { filter: {}, orderBy: { field: 'EXPIRES_AT', direction: 'ASC' }, after, isFirst: !after },
    })),
  SubordinateTags: () =>
    [null, 'wave', 'w', 'none'].map((search) => ({ about: search ?? '', variables: { search } })),
  FindSubordinates: searches(),
  PaletteSubordinates: searches({ first: 6 }),
  NamedSubordinate: entity,
  SubordinateHead: member,
  SubordinateOverview: member,
  SubordinateEdit: member,
  SubordinateKeys: member,
  SubordinateMetadata: member,
  SubordinatePolicy: member,
  SubordinateStatement: member,
  SubordinateTrustMarks: member,
  PreviewStatement: one(({ subordinate: { id } }) => ({ id, changes: { validFor: 48 } })),
  SubordinateHistory: one(({ subordinate: { entityId: resource } }) => ({
    filter: { resourceType: 'Subordinate', resource },
    first: 50,
  })),
  OrganizationsPage: one(() => organizationVariables(new URLSearchParams())),
  OrganizationExport: one(() => ({ filter: {}, after: null, isFirst: true })),
  OrganizationPage: organization,
  OrganizationEdit: organization,
  NamedOrganization: organization,
  FindOrganizations: searches(),
  RequestsPage: one(() => requestVariables(new URLSearchParams())),
  RequestExport: one(() => ({ filter: {}, after: null, isFirst: true })),
  RequestPage: one(() => ({ id: REQUEST })),
  RequestedType: one(() => ({ type: type(1) })),
  RequestsAbout: entity,
  TrustMarksPage: pages(
    trustMarkList,
    (address) => listVariables(address, trustMarkList),
    ({ trustMark: { key } }) => key,
  ),
  Holders: one(() => ({ filter: { trustMarkType: type(1) }, first: 50 })),
  TrustMarkPage: mark,
  TrustMarkEdit: mark,
  TrustMarkTypesPage: firstPage,
  TrustMarkTypePage: markType,
  TrustMarkTypeEdit: markType,
  FindTrustMarkTypes: one(),
  NamedTrustMarkType: one(() => ({ type: type(1) })),
  IssuePage: one(),
  AuditPage: pages(auditList, auditVariables, ({ subordinate: { key } }) => key),
  AuditExport: ({ subordinate: { key } }) =>
    [null, formatPrismaCursor({ id: key }, 'id')].map((after) => ({
      about: after ? 'a later page' : 'first page',
      variables: { filter: {}, after, isFirst: !after },
    })),
  RunEntries: ofRun,
  RunPage: ({ run: id }) =>
    [null, true, false].map((failed) => ({
      about: `failed: ${failed}`,
      variables: { id, failed, first: 50 },
    })),
  RunFailures: ofRun,
  DryRunResults: ofRun,
  ListedObjects: ofRun,
  RenewalsPage: firstPages(runList),
  CollectionPage: firstPages(collectionList),
  CollectionEntityPage: entity,
  PaletteCollection: searches({ first: 6 }),
  Dashboard: one(),
  ShellStatus: one(),
  RegistrationLimits: one(),
  KeysPage: one(),
  UnsureMembers: () => ['ES256', 'ML_DSA_65'].map((alg) => ({ about: alg, variables: { alg } })),
  PaletteKeys: one(),
  PolicyPage: one(),
  PreviewPolicy: one(() => ({ policy })),
  PolicyEffectCounts: one(() => ({ policy })),
  PolicyGroupPage: one(() => ({ policy, key: '', skip: 0, isBelow: false })),
  TrustAnchorPage: one(),
  TrustAnchorEdit: one(),
  EndpointsPage: one(),
  PublicationPage: one(),
}

/** Queries about the caller and its organizations, about accounts, or about other servers. */
export const others: readonly string[] = [
  'AccountPage',
  'AnchorHealth',
  'AnchorPage',
  'AnchorReachability',
  'ApiKeysPage',
  'ChangeRequestPage',
  'ChangeRequestsPage',
  'ExplorerPage',
  'InspectEntity',
  'InvitationOffer',
  'InstallationPage',
  'MessagesPage',
  'MorePortalEntities',
  'MorePortalRequests',
  'NotificationsPage',
  'OpenRequests',
  'OtherAnchors',
  'PaletteAccess',
  'PortalEntities',
  'PortalEntityChange',
  'PortalEntityHead',
  'PortalEntityKeys',
  'PortalEntityMarks',
  'PortalEntityMetadata',
  'PortalEntityOverview',
  'RequestableMarks',
  'PortalEntityStatements',
  'PortalOrganization',
  'PortalRequest',
  'PortalRequests',
  'RequestAssignees',
  'RequestChecksEdit',
  'RequestChecksPage',
  'ResolveEntity',
  'RestorationPreview',
  'Rights',
  'SignedIn',
  'TrustMarkLimits',
  'TwoPeoplePage',
  'UsersPage',
  'WaysToSignIn',
  'WebhookEdit',
  'WebhookPage',
  'WebhooksPage',
]
