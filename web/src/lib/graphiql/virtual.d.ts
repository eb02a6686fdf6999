/** The module that web/vite/graphiql.ts makes, and what its document offers. */

declare module 'virtual:graphiql-address' {
  /** The path of the document with GraphiQL. */
  const address: string
  export default address
}

interface Window {
  /** Of GraphiQL's document, when its script has run. */
  YogaGraphiQL?: { renderYogaGraphiQL(root: Element | null, props: object): void }
}
