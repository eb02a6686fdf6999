/** The module that web/vite/reference.ts makes: where the built reference is. */
declare module 'virtual:reference' {
  export const index: string
  export const pages: Readonly<Record<string, string>>
}
