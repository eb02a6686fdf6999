/** Opens the services of signing keys for a command. */
import { openAnchorParts } from '#server/cli/anchor-parts.ts'
import { type AnchorOptions, type Attempt, withAnchor } from '#server/cli/opened.ts'
import type { OpenAnchor } from '#server/process/open-anchor.ts'
import {
  createRolloverService,
  type RolloverService,
} from '#server/services/signing-key/rollover/rollovers.ts'
import { createSigningKeyService } from '#server/services/signing-key/signing-keys.ts'
import { createSuperiors } from '#server/services/superior/superiors.ts'
import { createWriter } from '#server/services/write.ts'

export type KeyServices = {
  keys: ReturnType<typeof createSigningKeyService>
  rollover: RolloverService
}

/** The server publishes what the command changes. */
export async function withKeys<T>(
  options: AnchorOptions,
  work: (services: KeyServices, anchor: OpenAnchor) => Promise<T>,
  attempt?: Attempt,
): Promise<T> {
  const withOpened = async (anchor: OpenAnchor) => {
    const { db, entityId, allowHttp, now } = anchor
    const { signingKeys, fetcher, close } = await openAnchorParts(anchor)
    const superiors = createSuperiors({ db, entityId, allowHttp, fetcher, signingKeys, now })
    const write = createWriter(db)
    const keys = createSigningKeyService({ db, signingKeys, write, now, superiors })
    const rollover = createRolloverService({ db, entityId, write, now, superiors, signingKeys: keys })
    try {
      return await work({ keys, rollover }, anchor)
    } finally {
      await close()
    }
  }
  return withAnchor(options, withOpened, attempt)
}
