/** Where the GraphQL API is. It answers only requests with this header, which a page of another origin cannot send. */
export const url = '/graphql'
export const headers = { 'x-graphql-yoga-csrf': '1' }
