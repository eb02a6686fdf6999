/** Exports the organizations that match a search. */
import type { OrganizationExportQuery, OrganizationExportQueryVariables } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'
import { csv, type FetchPage } from '#lib/list/export.ts'

const OrganizationExport = graphql(`
  query OrganizationExport($filter: OrganizationFilter, $orderBy: OrganizationOrder, $after: String, $isFirst: Boolean!) {
    organizations(filter: $filter, orderBy: $orderBy, first: 100, after: $after) {
      totalCount @include(if: $isFirst)
      edges {
        node {
          name identifierScheme identifier country active memberCount
          contacts { role name email }
          tags note createdAt
        }
      }
      pageInfo { hasNextPage hasPreviousPage endCursor }
    }
  }
`)

type Row = OrganizationExportQuery['organizations']['edges'][number]['node']

const written = ({ name, email }: Row['contacts'][number]) => (name ? `${name} <${email}>` : email)

const contacts =
  (role: Row['contacts'][number]['role']) =>
  ({ contacts: all }: Row) =>
    all
      .filter((contact) => contact.role === role)
      .map(written)
      .join(', ')

export const organizationCsv = csv<Row>('CSV', {
  name: ({ name }) => name,
  identifierScheme: ({ identifierScheme }) => identifierScheme,
  identifier: ({ identifier }) => identifier,
  country: ({ country }) => country,
  active: ({ active }) => active,
  members: ({ memberCount }) => memberCount,
  technicalContacts: contacts('TECHNICAL'),
  securityContacts: contacts('SECURITY'),
  administrativeContacts: contacts('ADMINISTRATIVE'),
  tags: ({ tags }) => tags.join(', '),
  note: ({ note }) => note,
  createdAt: ({ createdAt }) => createdAt,
})

export const fetchOrganizations =
  ({ filter, orderBy }: Omit<OrganizationExportQueryVariables, 'after' | 'isFirst'>): FetchPage<Row> =>
  async (after) => {
    const { value, refusal } = await ask(OrganizationExport, {
      filter,
      orderBy,
      after,
      isFirst: after === null,
    })
    return refusal ? { refusal } : { value: value.organizations }
  }
