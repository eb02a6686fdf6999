/** The pass with which this session may send operations of its own, where the server executes only the console's. */

import { write } from '#lib/graphql/client.ts'
import { mutation } from '#lib/graphql/mutation.ts'
import type { Refusal } from '#lib/graphql/refusal.ts'

const RequestDocumentPass = mutation(`RequestDocumentPass { documentPass { token } }`)

let token: string | undefined
let isNeeded = $state(false)
let requests = $state(0)

export const pass = {
  /** The server has refused an operation for want of a pass. */
  get isNeeded() {
    return isNeeded
  },
  refused: () => (isNeeded = true),
  /** How many this page got. */
  get requests() {
    return requests
  },
  /** The header of requests; none without a pass. */
  headers: (): Record<string, string> => (token === undefined ? {} : { 'Inmor-Document-Pass': token }),
  /** Asks for one, which lasts an hour. Asks the user to sign in again if that was long ago. */
  async request(): Promise<Refusal | undefined> {
    const { value, refusal } = await write(RequestDocumentPass, {})
    if (refusal) return refusal
    token = value?.documentPass.token
    isNeeded = false
    requests += 1
    return undefined
  },
}
