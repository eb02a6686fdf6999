/** Starts a change of many subordinates. */
import { mutation } from '#lib/graphql/mutation.ts'

export const StartSubordinateChange = mutation(`StartSubordinateChange { run { id } }`)
