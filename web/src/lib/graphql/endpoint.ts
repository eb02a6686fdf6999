/** The address of the GraphQL API. It requires this header, which a page of another origin cannot send. */
export const url = '/graphql'
export const headers = { 'x-graphql-yoga-csrf': '1' }
