/** The queries of the console whose cost can grow with the federation, with the variables that its lists send. */
import { formatPrismaCursor } from '@pothos/plugin-prisma'
import { encodeGlobalID } from '@pothos/plugin-relay'
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
const ORGANIZATION = idOf('Organization')
const REQUEST = idOf('Request')

/** Of its first row. */
function idOf(type: string): string {
  return encodeGlobalID(type, 1)
}

type Variables = Record<string, unknown>
type Case = { about: string; variables: Variables }
type Cases = (samples: Samples) => Case[]

/** Terms that many, few, one and no members match. */
const terms = ['example', 'org-17', 'wiki library', 'login7.', 'Ωmega', 'ex']
const policy = { openid_relying_party: { contacts: { add: ['security@example.org'] } } }

const member = ({ subordinate: { id } }: Samples) => ({ id })

/** The same case for several queries. */
const one = (names: string, variables: (samples: Samples) => Variables = () => ({})) =>
  each(names, (samples) => [{ about: '', variables: variables(samples) }])
const each = (names: string, cases: Cases) =>
  Object.fromEntries(names.split(/\s+/).map((name): [string, Cases] => [name, cases]))

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

/** The first page, and one after a row in the middle. */
const exported =
  (more: Variables): Cases =>
  ({ subordinate: { key } }) =>
    [null, formatPrismaCursor({ id: key }, 'id')].map((after) => ({
      about: after ? 'a later page' : 'first page',
      variables: { filter: {}, ...more, after, isFirst: !after },
    }))

/** The console's queries by the name of the operation. */
export const operations: Readonly<Record<string, Cases>> = {
  SubordinatesPage: pages(subordinateList, subordinateVariables, ({ subordinate: { key } }) => key, sorts),
  SubordinateExport: exported({ orderBy: { field: 'EXPIRES_AT', direction: 'ASC' } }),
  SubordinateTags: () =>
    [null, 'wave', 'w', 'none'].map((search) => ({ about: search ?? '', variables: { search } })),
  ...each('FindSubordinates FindOrganizations', searches()),
  ...each('PaletteSubordinates PaletteCollection', searches({ first: 6 })),
  ...one('SubordinateHead SubordinateOverview SubordinateEdit SubordinateKeys SubordinateMetadata', member),
  ...one('SubordinatePolicy SubordinateStatement SubordinateTrustMarks', member),
  ...one('NamedSubordinate RequestsAbout CollectionEntityPage', ({ subordinate: { entityId } }) => ({
    entityId,
  })),
  ...one('PreviewStatement', ({ subordinate: { id } }) => ({ id, changes: { validFor: 48 } })),
  ...one('SubordinateHistory', ({ subordinate: { entityId: resource } }) => ({
    filter: { resourceTypes: ['SUBORDINATE'], resource },
    first: 50,
  })),
  ...one('OrganizationsPage', () => organizationVariables(new URLSearchParams())),
  ...one('OrganizationExport RequestExport', () => ({ filter: {}, after: null, isFirst: true })),
  ...one('OrganizationPage OrganizationEdit NamedOrganization', () => ({ id: ORGANIZATION })),
  ...one('RequestsPage', () => requestVariables(new URLSearchParams())),
  ...one('RequestPage', () => ({ id: REQUEST })),
  ...one('RequestedType NamedTrustMarkType', () => ({ type: type(1) })),
  TrustMarksPage: pages(
    trustMarkList,
    (address) => listVariables(address, trustMarkList),
    ({ trustMark: { key } }) => key,
  ),
  ...one('Holders', () => ({ filter: { trustMarkType: type(1) }, first: 50 })),
  ...one('TrustMarkPage TrustMarkEdit', ({ trustMark: { id } }) => ({ id })),
  ...one('TrustMarkTypesPage', () => ({ first: 50 })),
  ...one('TrustMarkTypePage TrustMarkTypeEdit', ({ trustMarkType: id }) => ({ id })),
  AuditPage: pages(auditList, auditVariables, ({ subordinate: { key } }) => key),
  AuditExport: exported({}),
  ...one('RunEntries RunFailures DryRunResults ListedObjects', ({ run: id }) => ({ id, run: id })),
  RunPage: ({ run: id }) =>
    [null, true, false].map((failed) => ({
      about: `failed: ${failed}`,
      variables: { id, failed, first: 50 },
    })),
  RenewalsPage: firstPages(runList),
  CollectionPage: firstPages(collectionList),
  UnsureMembers: () => ['ES256', 'ML_DSA_65'].map((alg) => ({ about: alg, variables: { alg } })),
  ...one(
    'FindTrustMarkTypes IssuePage Dashboard ShellStatus RegistrationLimits KeysPage PaletteKeys PolicyPage',
  ),
  ...one('TrustAnchorPage TrustAnchorEdit EndpointsPage PublicationPage'),
}

const REQUESTED = { id: ORGANIZATION, slug: 'main', first: 20 }
/** Neither is reached: they are about other servers, and ask for nothing that is here. */
const AWAY = 'http://127.0.0.1:9/entity'

/** Queries about the caller and its organizations, about accounts, or about other servers. */
export const others: Readonly<Record<string, Cases>> = {
  ...one(`AccountPage AnchorHealth AnchorPage AnnouncedMirrors ExplorerPage InstallationPage NotificationsPage OpenRequests OtherAnchors
    RequestAssignees RequestChecksEdit RequestChecksPage Rights SignedIn TrustMarkLimits TwoPeoplePage WaysToSignIn
    WebhooksPage`),
  ...one('ApiKeysPage ApprovalsPage MessagesPage UsersPage', () => ({ filter: {}, first: 50 })),
  ...one('AnchorReachability', () => ({ anchor: 'main' })),
  ...one('ApprovalPage ApprovalPlan ApprovalPlanSteps', () => ({ id: idOf('Approval'), first: 1, skip: 0 })),
  ...one('MakePlan MakePlanSteps EffectOfSource PlanGroupPage', () => ({
    ...{ source: { settings: { metadataPolicy: policy } }, anchor: 'main', first: 1, skip: 0, key: '' },
  })),
  ...one('InspectEntity ResolveEntity', () => ({ entityId: AWAY })),
  ...one('InvitationOffer', () => ({ token: 'invitation-2' })),
  ...one('MorePortalEntities MorePortalRequests', () => REQUESTED),
  ...one('PaletteAccess', () => ({ search: 'e', first: 6 })),
  ...one('PortalEntities PortalRequests', () => ({ first: 20 })),
  ...one(
    `PortalEntityChange PortalEntityHead PortalEntityKeys PortalEntityMarks PortalEntityMetadata PortalEntityOverview
    PortalEntityStatements RequestableMarks`,
    ({ subordinate: { entityId } }) => ({ anchor: 'main', entityId }),
  ),
  ...one('PortalOrganization', () => ({ id: ORGANIZATION })),
  ...one('PortalRequest', () => ({ id: REQUEST })),
  ...one('RestorationPreview', () => ({ id: idOf('AuditEvent') })),
  ...one('WebhookEdit', () => ({ id: idOf('Webhook') })),
  ...one('WebhookPage', () => ({ id: idOf('Webhook'), filter: { webhookId: idOf('Webhook') }, first: 50 })),
}
