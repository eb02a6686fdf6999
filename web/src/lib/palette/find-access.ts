/** Searches the server for the palette: what only administrators see, and signing keys. */
import KeyRound from '@lucide/svelte/icons/key-round'
import KeySquare from '@lucide/svelte/icons/key-square'
import Users from '@lucide/svelte/icons/users'
import { graphql } from '#lib/gql/index.ts'
import { ask } from '#lib/graphql/client.ts'
import { route } from '#lib/route.ts'
import type { Command } from './command.ts'
import { matching } from './match.ts'

const PaletteAccess = graphql(`
  query PaletteAccess($search: String!, $first: Int!) {
    users(filter: { search: $search }, first: $first) { edges { node { id username name } } }
    apiKeys(filter: { search: $search }, first: $first) { edges { node { id name owner { username } } } }
  }
`)

const PaletteKeys = graphql(`
  query PaletteKeys { signingKeys { keys { kid state } } }
`)

export async function findAccess(search: string, first: number): Promise<Command[]> {
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
export async function findSigningKeys(search: string): Promise<Command[]> {
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
