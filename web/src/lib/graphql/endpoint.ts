/** The address of the GraphQL API and the headers of every request. */
import { presentAnchor } from '#lib/anchor/present.ts'

export const url = '/graphql'

export const headersWithoutAnchor: Readonly<Record<string, string>> = {
  // The API requires this header, which a page of another origin cannot send.
  'x-graphql-yoga-csrf': '1',
}

export const headers: Readonly<Record<string, string>> = {
  ...headersWithoutAnchor,
  ...(presentAnchor !== undefined && { 'Inmor-Anchor': presentAnchor }),
}
