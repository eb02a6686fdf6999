/** A call of the GraphQL API, for the languages that write it. */

export interface Call {
  /** The address of the API. */
  url: string
  /** The slug to name in a header; undefined where there is only one anchor. */
  anchor: string | undefined
  query: string
  /** Undefined without variables. */
  variables: Record<string, unknown> | undefined
  /** Needed where the document has several operations. */
  operationName: string | undefined
  isSubscription: boolean
}

/** The members of the body, without absent ones. */
export const bodyOf = ({ query, variables, operationName }: Call) => ({
  query,
  ...(variables && { variables }),
  ...(operationName && { operationName }),
})

/** The headers besides the key. */
export const headersOf = ({ anchor, isSubscription }: Call): [name: string, value: string][] => [
  ...(anchor === undefined ? [] : [['Inmor-Anchor', anchor] as [string, string]]),
  ['Content-Type', 'application/json'],
  ...(isSubscription ? [['Accept', 'text/event-stream'] as [string, string]] : []),
]
