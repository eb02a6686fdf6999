/**
 * A mutation by its name, with the fields of its success: `PauseUser { user { id } }`. Codegen writes what
 * all have in common: the input, the type of the success, and the errors.
 */
export { graphql as mutation } from '#lib/gql/index.ts'
