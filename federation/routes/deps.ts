/** The dependencies of the routes. */
import type { EntityId } from '#core/entity-id.ts'
import type { Signer } from '#core/jws.ts'
import type { CursorKey } from '#store/cursor-key.ts'
import type { KeySets } from '#store/key-directory.ts'
import type { PushedKeys } from '#store/pushed-keys.ts'
import type { Questions } from '#store/questions.ts'
import type { Reader } from '#store/reader.ts'
import type { ClientAuthenticator } from '../client/authenticator.ts'
import type { createAuthMethods, OwnMetadata } from '../client/own-metadata.ts'
import type { IssuedMarks } from '../marks/issued.ts'
import type { Resolver } from '../resolver/resolver.ts'

export type Deps = {
  entityId: EntityId
  /** TA_DOMAIN names it. The others are in the registry of anchors. */
  isFirst: boolean
  /** Allows http identifiers, for test federations. */
  allowHttp: boolean
  reader: Reader
  resolver: Resolver
  clients: ClientAuthenticator
  cursorKey: CursorKey
  /** Which endpoints require or allow client authentication. */
  authMethods: ReturnType<typeof createAuthMethods>
  /** Our own `federation_entity` metadata. */
  ownMetadata: OwnMetadata
  /** What the public asks of the admin side. */
  questions: Questions
  /** JWK Sets that wait for the admin side. */
  pushedKeys: PushedKeys
  /** Refuses an entity at a port from which nothing is fetched for anonymous callers. @throws FetchError */
  checkPort(entity: EntityId): Promise<void>
  /** Returns the current key directory, which changes at run time. */
  keys: () => KeySets
  /** The key that signs answers. @throws FederationError `temporarily_unavailable` */
  signer: () => Promise<Signer>
  /** While Redis is away: since when the answers are, as a sentence. Undefined if there are none, or Redis is there. */
  outage?: (() => Promise<string | undefined>) | undefined
  /** Unix seconds. */
  now: () => number
  version: string
  /** Bytes of the lists that each endpoint keeps in memory. */
  maxBodyBytes?: number | undefined
}

/** The dependencies with what the app derives from them. */
export type RouteDeps = Deps & { marks: IssuedMarks }
