/** Starts a promotion, which is a run of the anchor that subordinates come to. */
import { mutation } from '#lib/graphql/mutation.ts'

export const PromoteSubordinates = mutation(`PromoteSubordinates { run { id } }`)
