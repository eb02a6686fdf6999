/** Renews a Trust Mark: a new JWT with the same claims. The previous one stays valid until it expires. */

import { write } from '#lib/graphql/client.ts'
import { mutation } from '#lib/graphql/mutation.ts'

const RenewTrustMark = mutation(`RenewTrustMark { trustMark { id } }`)

export const renewTrustMark = (id: string) => write(RenewTrustMark, { input: { id } })
