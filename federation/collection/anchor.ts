/** Reads and verifies the Entity Configuration of the Trust Anchor to crawl (§10). */
import type { EntityId } from '#core/entity-id.ts'
import { type EntityStatement, verifyEntityConfiguration } from '#core/entity-statement/index.ts'
import { FederationError } from '#core/errors.ts'
import type { StatementSource } from '#core/trust-chain/index.ts'
import type { Reader } from '#store/reader.ts'

type AnchorOptions = {
  trustAnchor: EntityId
  entityId: EntityId
  allowHttp: boolean
  reader: Reader
  source: StatementSource
  now: () => number
}

/** @throws FederationError, `invalid_trust_anchor` when its keys are not pinned here */
export async function verifyAnchor(options: AnchorOptions): Promise<EntityStatement> {
  const { trustAnchor, entityId, reader, source } = options
  const rules = { entityId: trustAnchor, allowHttp: options.allowHttp, now: options.now() }
  // Our own Redis is trusted: write access to it is permission to publish.
  if (trustAnchor === entityId) {
    return verifyEntityConfiguration(await source.entityConfiguration(trustAnchor), rules)
  }
  const keys = (await reader.trustAnchors()).get(trustAnchor)
  if (!keys) {
    const message = `The keys of ${trustAnchor} are not pinned here. Pin the keys of this Trust Anchor before you crawl its federation.`
    throw new FederationError('invalid_trust_anchor', message)
  }
  return verifyEntityConfiguration(await source.entityConfiguration(trustAnchor), {
    ...rules,
    keys,
  })
}
