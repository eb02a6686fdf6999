/** What the resolver needs: where to read and fetch, whose keys to sign with, and the time. */
import type { Signer } from '#core/jws.ts'
import type { Fetcher } from '#fetcher/fetcher.ts'
import type { AnswerCache } from '#store/answer-cache.ts'
import type { KeySets } from '#store/key-directory.ts'
import type { StatementCache } from '#store/statement-cache.ts'
import type { MemberChanges } from './member-changes.ts'
import type { Publishers } from './published-here.ts'
import type { Remote } from './statement-source.ts'

/** Where a response was found; `nowhere`: it was built. */
export type Lookup = 'memory' | 'redis' | 'nowhere'

export type ResolverOptions = Publishers & {
  allowHttp: boolean
  fetcher: Remote & Pick<Fetcher, 'trustMarkStatus' | 'statusList'>
  statements: Pick<StatementCache, 'read' | 'write'>
  answers: AnswerCache
  keys: () => KeySets
  /** The key that signs the responses. @throws FederationError `temporarily_unavailable` */
  signer: () => Promise<Signer>
  /** Unix seconds. */
  now: () => number
  /** Called with the place where each response was found. */
  onLookup?: (found: Lookup) => void
  /** Called with what was fetched and verified. */
  onFetched?: MemberChanges
  /** Called with the sentence about Trust Marks that a new response lacks because of a limit. */
  onMarksLeftOut?: (finding: string) => void
}
