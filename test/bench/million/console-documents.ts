/** The texts of the console's queries. */
import * as generated from '#lib/gql/graphql.ts'

/** Every query of the console, by name. */
export const documents: ReadonlyMap<string, string> = new Map(
  Object.values<unknown>(generated).flatMap((document) => {
    if (!(document instanceof generated.TypedDocumentString)) return []
    const text = document.toString()
    const [, name] = /^\s*query (\w+)/.exec(text) ?? []
    return name ? [[name, text] as const] : []
  }),
)
