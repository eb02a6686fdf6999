/** The modules that the plugins in web/vite offer. */

declare module 'virtual:playground-address' {
  /** The path of the file that the page "API" imports when it opens. */
  const address: string
  export default address
}

declare module 'virtual:ready-operations' {
  const operations: readonly import('../../../vite/ready-operations.ts').ReadyOperation[]
  export default operations
}
