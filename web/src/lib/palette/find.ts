/** Searches the server for the palette: registered and collected entities, organizations, open requests, Trust Marks and their types, signing keys, and accounts. */
import Award from '@lucide/svelte/icons/award'
import BadgeCheck from '@lucide/svelte/icons/badge-check'
import BookUser from '@lucide/svelte/icons/book-user'
import Building2 from '@lucide/svelte/icons/building-2'
import Inbox from '@lucide/svelte/icons/inbox'
import KeyRound from '@lucide/svelte/icons/key-round'
import KeySquare from '@lucide/svelte/icons/key-square'
import Network from '@lucide/svelte/icons/network'
import Users from '@lucide/svelte/icons/users'
import { shortEntityId } from '#lib/format.ts'
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'
import { numberInWords } from '#lib/organization/organization.ts'
import { requestTitle } from '#lib/request/kind.ts'
import { route } from '#lib/route.ts'
import type { Command } from './command.ts'
import { matching } from './match.ts'

/** Per group; for more, narrow the search or open the list. */
const MOST = 5

const PaletteSubordinates = graphql(`
  query PaletteSubordinates($search: String!, $first: Int!) {
    subordinates(filter: { search: $search }, first: $first) { edges { node { id entityId displayName } } }
    organizations(filter: { search: $search }, first: $first) {
      edges { node { id name identifier identifierScheme } }
    }
    requests(filter: { search: $search, isOpen: true }, first: $first) {
      edges { node { id kind entityId entityName organizationName } }
    }
    trustMarkTypes(filter: { search: $search }, first: $first) { edges { node { id type description } } }
    trustMarks(filter: { search: $search }, first: $first) {
      edges { node { id entityId trustMarkType { type description } } }
    }
  }
`)

/** A separate request: the collection is in Redis, and its absence must not hide the rest. */
const PaletteCollection = graphql(`
  query PaletteCollection($search: String!, $first: Int!) {
    collectionEntities(filter: { search: $search }, first: $first) {
      edges { node { entityId displayName subordinate { id } } }
    }
  }
`)

/** What only administrators see. */
const PaletteAccess = graphql(`
  query PaletteAccess($search: String!, $first: Int!) {
    users(filter: { search: $search }, first: $first) { edges { node { id username name } } }
    apiKeys(filter: { search: $search }, first: $first) { edges { node { id name owner { username } } } }
  }
`)

const PaletteKeys = graphql(`
  query PaletteKeys { signingKeys { keys { kid state } } }
`)

export async function findOnServer(
  search: string,
  { mayManage }: { mayManage: boolean },
): Promise<Command[]> {
  const [registered, collected, keys, access] = await Promise.all([
    ask(PaletteSubordinates, { search, first: MOST }),
    ask(PaletteCollection, { search, first: MOST }),
    findSigningKeys(search),
    mayManage ? findAccess(search, MOST) : [],
  ])
  const subordinates = registered.value?.subordinates.edges.map(({ node }) => node) ?? []
  const organizations = registered.value?.organizations.edges.map(({ node }) => node) ?? []
  const requests = registered.value?.requests.edges.map(({ node }) => node) ?? []
  const others = collected.value?.collectionEntities?.edges.map(({ node }) => node) ?? []
  const marks = registered.value?.trustMarks.edges.map(({ node }) => node) ?? []
  const types = registered.value?.trustMarkTypes.edges.map(({ node }) => node) ?? []
  return [
    ...subordinates.map(({ id, entityId, displayName }) => ({
      ...entity(entityId, displayName),
      icon: Network,
      href: route.subordinate(id),
    })),
    ...organizations.map((organization) => ({
      id: organization.id,
      label: organization.name,
      note: numberInWords(organization) || 'Organization',
      icon: Building2,
      href: route.organization(organization.id),
    })),
    ...requests.map((request) => ({
      id: request.id,
      label: requestTitle(request),
      note: `Request of ${request.organizationName ?? 'software'}`,
      icon: Inbox,
      href: route.request(request.id),
    })),
    ...others
      .filter(({ subordinate }) => !subordinate)
      .map(({ entityId, displayName }) => ({
        ...entity(entityId, displayName),
        icon: BookUser,
        href: route.collectionEntity(entityId),
      })),
    ...types.map(({ id, type, description }) => ({
      id: type,
      label: description || type,
      ...(description && { note: type }),
      icon: Award,
      href: route.trustMarkType(id),
    })),
    ...marks.map(({ id, entityId, trustMarkType: { type, description } }) => ({
      id,
      label: description || type,
      note: `Trust Mark of ${entityId}`,
      icon: BadgeCheck,
      href: route.trustMark(id),
    })),
    ...keys,
    ...access,
  ]
}

const entity = (entityId: string, displayName: string | null | undefined) => ({
  id: entityId,
  label: displayName ?? shortEntityId(entityId),
  ...(displayName && { note: entityId }),
})

async function findAccess(search: string, first: number): Promise<Command[]> {
  const { value } = await ask(PaletteAccess, { search, first })
  const users = value?.users.edges.map(({ node }) => node) ?? []
  const keys = value?.apiKeys.edges.map(({ node }) => node) ?? []
  return [
    ...users.map(({ id, username, name }) => ({
      id,
      label: name || username,
      note: `User ${username}`,
      icon: Users,
      href: route.users({ q: username }),
    })),
    ...keys.map(({ id, name, owner }) => ({
      id,
      label: name ?? 'API key without a name',
      note: `API key of ${owner?.username ?? 'a removed user'}`,
      icon: KeySquare,
      href: route.apiKeys({ q: name ?? '' }),
    })),
  ]
}

/** There are few keys, so they are compared here. */
async function findSigningKeys(search: string): Promise<Command[]> {
  const { value } = await ask(PaletteKeys, {})
  const keys = value?.signingKeys?.keys ?? []
  const commands = keys.map(({ kid, state }) => ({
    id: `key ${kid}`,
    label: kid,
    note: `Signing key, ${state.toLowerCase()}`,
    icon: KeyRound,
    href: route.keys(),
  }))
  return matching(commands, search)
}
