/** Changes a subordinate. */
import { mutation } from '#lib/graphql/mutation.ts'

export const UpdateSubordinate = mutation(`UpdateSubordinate { subordinate { id } }`)
