/** Opens what a command needs of an anchor beside its database: the signing keys, and the client for other entities. */
import { createFetcher } from '#fetcher/fetcher.ts'
import type { OpenAnchor } from '#server/process/open-anchor.ts'
import { sentenceOf } from '#server/process/start-failure.ts'
import { openSigningKeys } from '#server/publish/signing-keys.ts'

export async function openAnchorParts({ keys, allowHttp }: Pick<OpenAnchor, 'keys' | 'allowHttp'>) {
  const signingKeys = await openSigningKeys({
    ...keys,
    onError: (error) => process.stderr.write(`${sentenceOf(error)}\n`),
  })
  const fetcher = createFetcher({ allowHttp })
  return {
    signingKeys,
    fetcher,
    async close() {
      signingKeys.close()
      await fetcher.close()
    },
  }
}
