/** The Trust Anchor from which a walk begins: its Entity Configuration, verified with keys that are known here (§10). */
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
export async function openAnchor(options: AnchorOptions): Promise<EntityStatement> {
  const { trustAnchor, entityId, reader, source } = options
  const rules = { entityId: trustAnchor, allowHttp: options.allowHttp, now: options.now() }
  // What lies in our own Redis needs no other proof: whoever writes there publishes.
  if (trustAnchor === entityId) {
    return verifyEntityConfiguration(await source.entityConfiguration(trustAnchor), rules)
  }
  const keys = (await reader.trustAnchors()).get(trustAnchor)
  if (!keys) {
    const message = `The keys of ${trustAnchor} are not pinned here; pin them as those of a Trust Anchor before walking its federation.`
    throw new FederationError('invalid_trust_anchor', message)
  }
  return verifyEntityConfiguration(await source.entityConfiguration(trustAnchor), { ...rules, keys })
}
