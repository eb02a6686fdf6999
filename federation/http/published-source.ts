/** Where the answers of an endpoint come from, if each is a published JWT as it is. */
import type { PublishedJwt } from '#store/published-jwt.ts'

/** How an endpoint finds the JWT that is its answer. The route and the fast path use the same. */
export type PublishedSource = {
  /** The parameters, all of which are required. */
  names: readonly string[]
  /** What is known without asking Redis; null if there is none. What was read for checked parameters needs no other check. */
  peek(parameters: Readonly<Record<string, string>>): PublishedJwt | null | undefined
  /** @throws FederationError also `invalid_request`, before or after it returns */
  read(parameters: unknown): Promise<PublishedJwt | undefined>
}

declare module 'fastify' {
  interface FastifyContextConfig {
    published?: PublishedSource
  }
}
