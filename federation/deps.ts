/** What the routes are given: everything they may touch. */
import type { EntityId } from '#core/entity-id.ts'
import type { CursorKey } from '#store/cursor-key.ts'
import type { KeyDirectory } from '#store/key-directory.ts'
import type { Reader } from '#store/reader.ts'
import type { createAuthMethods } from './client/auth-methods.ts'
import type { ClientAuthenticator } from './client/authenticator.ts'
import type { Resolver } from './resolver/resolver.ts'

export type Deps = {
  entityId: EntityId
  /** Admits http identifiers; for test federations only. */
  allowHttp: boolean
  reader: Reader
  resolver: Resolver
  clients: ClientAuthenticator
  cursorKey: CursorKey
  /** Which endpoints want their clients authenticated. */
  authMethods: ReturnType<typeof createAuthMethods>
  /** The key directory as last read; it changes at run time. */
  keys: () => KeyDirectory
  /** Unix seconds. */
  now: () => number
  version: string
}
