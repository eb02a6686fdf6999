/** The metadata of a chain's subject, step by step (§6.1.4). */
import { describe, expect, it } from 'vitest'
import { resolveMetadata, validateTrustChain } from '#core/trust-chain/index.ts'
import { line, type Plan, planned } from '../fixture/federation.ts'
import { id, keySet, NOW, refusal } from '../fixture/statement.ts'

const TYPE = 'openid_relying_party'

async function metadataOf(plan: Plan) {
  const statements = await planned(line(plan)).chain('leaf', 'lower', 'upper', 'anchor')
  return resolveMetadata(
    await validateTrustChain(statements, { trustAnchorKeys: keySet('anchor'), now: NOW }),
  )
}

describe('resolveMetadata (§6.1.4.2, §3.1.1, §6.2.3)', () => {
  it('is the own metadata if no Superior states any', async () => {
    expect(await metadataOf({})).toEqual({ [TYPE]: { contacts: ['a'] } })
  })

  it('uses only the metadata of the Immediate Superior', {
    tags: '3.1.1/metadata-scope',
  }, async () => {
    const plan = {
      lower: { about: { leaf: { metadata: { [TYPE]: { contacts: ['b'] }, openid_provider: { x: 1 } } } } },
      upper: { about: { lower: { metadata: { [TYPE]: { contacts: ['c'] } } } } },
    }
    expect(await metadataOf(plan)).toEqual({ [TYPE]: { contacts: ['b'] } })
  })

  it('applies that metadata before policy', { tags: '6.1.4.2/superior-metadata' }, async () => {
    const about = {
      metadata: { [TYPE]: { contacts: ['b'] } },
      metadata_policy: { [TYPE]: { contacts: { add: ['c'] } } },
    }
    expect(await metadataOf({ lower: { about: { leaf: about } } })).toEqual({
      [TYPE]: { contacts: ['b', 'c'] },
    })
  })

  it('merges policies from the Trust Anchor down', {
    tags: ['3.1.3/policy-scope', '10.2/metadata', '6.1.4.1/top-down'],
  }, async () => {
    const add = (contact: string) => ({ metadata_policy: { [TYPE]: { contacts: { add: [contact] } } } })
    const plan = {
      anchor: { about: { upper: add('x') } },
      upper: { about: { lower: add('y') } },
      lower: { about: { leaf: add('z') } },
    }
    expect(await metadataOf(plan)).toEqual({ [TYPE]: { contacts: ['a', 'x', 'y', 'z'] } })
  })

  it('intersects the allowed Entity Types of all statements, and keeps federation_entity', {
    tags: '6.2.3/removed',
  }, async () => {
    const allow = (...types: string[]) => ({ constraints: { allowed_entity_types: types } })
    const metadata = { federation_entity: {}, openid_provider: { a: 1 }, oauth_client: {}, [TYPE]: {} }
    const plan = {
      anchor: { about: { upper: allow('openid_provider', TYPE) } },
      upper: { about: { lower: allow('openid_provider', 'oauth_client') } },
      leaf: { metadata },
    }
    expect(await metadataOf(plan)).toEqual({ federation_entity: {}, openid_provider: { a: 1 } })
  })

  it('filters Entity Types before policy', { tags: '6.2.3/removed' }, async () => {
    const about = {
      constraints: { allowed_entity_types: [] },
      metadata_policy: { [TYPE]: { client_name: { essential: true } } },
    }
    expect(await metadataOf({ anchor: { about: { upper: about } } })).toEqual({})
  })

  it('refuses a foreign issuer, even if a Superior states it (§5.1.3)', {
    tags: ['5.1.3/issuer', '6.1.4.2/incorrect-metadata'],
  }, async () => {
    const about = { metadata: { openid_provider: { issuer: id('side') } } }
    const plan = {
      leaf: { metadata: { openid_provider: { issuer: id('leaf') } } },
      lower: { about: { leaf: about } },
    }
    await expect(metadataOf(plan)).rejects.toThrow(refusal('invalid_metadata'))
  })

  it('needs a chain', () => {
    expect(() => resolveMetadata([])).toThrow('at least one statement')
  })

  it('refuses policies that contradict each other', { tags: '6.1.1/error' }, async () => {
    const force = (value: string) => ({ metadata_policy: { [TYPE]: { client_name: { value } } } })
    const plan = { anchor: { about: { upper: force('x') } }, lower: { about: { leaf: force('y') } } }
    await expect(metadataOf(plan)).rejects.toThrow(
      refusal('invalid_metadata', { path: [TYPE, 'client_name'], operator: 'value' }),
    )
  })
})
