/** Issues a Trust Mark. */
import { mutation } from '#lib/graphql/mutation.ts'

export const IssueTrustMark = mutation(`IssueTrustMark { trustMark { id } }`)
