/**
 * A federation like that of the text's appendix: a Trust Anchor, a university as its Intermediate, and the OpenID
 * Provider of the university. What the provider's metadata becomes was worked out by hand from the rules.
 */
import { expect, it } from 'vitest'
import { resolveEntity } from '#core/trust-chain/index.ts'
import { type Plan, planned } from '../fixture/federation.ts'
import { id, keySet, NOW, refusal } from '../fixture/statement.ts'

const provider = {
  issuer: id('leaf'),
  authorization_endpoint: `${id('leaf')}/authorize`,
  client_registration_types_supported: ['automatic', 'explicit'],
  contacts: ['ops@leaf.example'],
  grant_types_supported: ['authorization_code', 'implicit'],
  id_token_signing_alg_values_supported: ['ES256', 'PS256', 'RS256', 'HS256'],
  op_tos_uri: `${id('leaf')}/tos`,
  organization_name: 'The provider',
  subject_types_supported: ['pairwise'],
}

/** The Trust Anchor's claims about the university. */
const federation = {
  exp: NOW + 3600,
  constraints: {
    max_path_length: 1,
    naming_constraints: { permitted: ['lower.example', 'leaf.example'] },
    allowed_entity_types: ['openid_provider'],
  },
  metadata: { openid_provider: { organization_name: 'Nobody: this is not the Immediate Superior' } },
  metadata_policy: {
    openid_provider: {
      contacts: { add: ['helpdesk@anchor.example'] },
      grant_types_supported: { default: ['authorization_code'], subset_of: ['authorization_code'] },
      id_token_signing_alg_values_supported: {
        subset_of: ['RS256', 'PS256', 'ES256'],
        superset_of: ['PS256'],
      },
      op_tos_uri: { value: null },
      subject_types_supported: { value: ['pairwise'] },
      token_endpoint_auth_methods_supported: {
        default: ['private_key_jwt', 'client_secret_basic'],
        subset_of: ['private_key_jwt', 'tls_client_auth'],
        essential: true,
      },
      token_endpoint: { regexp: 'ignored: nobody made this operator critical' },
    },
    openid_relying_party: { client_name: { essential: true } },
  },
}

/** The university's claims about its provider. */
const university = {
  metadata: {
    openid_provider: { organization_name: 'The university', 'organization_name#sv': 'Universitetet' },
    openid_relying_party: { client_name: 'Nobody: the provider is no Relying Party' },
  },
  metadata_policy: {
    openid_provider: {
      client_registration_types_supported: { subset_of: ['automatic'] },
      contacts: { add: ['support@lower.example'] },
      id_token_signing_alg_values_supported: { subset_of: ['PS256', 'RS256', 'PS384'] },
      organization_name: { one_of: ['The university', 'Another'] },
    },
  },
}

const plan: Plan = {
  anchor: { about: { lower: federation } },
  lower: { under: ['anchor'], about: { leaf: university } },
  leaf: {
    under: ['lower'],
    metadata: {
      federation_entity: { contacts: ['ops@leaf.example'] },
      openid_provider: provider,
      oauth_client: {},
    },
  },
}

const resolve = (changes: Plan = {}) =>
  resolveEntity(id('leaf'), {
    trustAnchors: [id('anchor')],
    trustAnchorKeys: { [id('anchor')]: keySet('anchor') },
    source: planned({ ...plan, ...changes }).source,
    now: NOW,
  })

it('resolves as the rules require', { tags: ['10.2/metadata', '6.1.3.2/unknown-ignored'] }, async () => {
  const { chain, metadata } = await resolve()
  expect(chain.statements.map(({ claims }) => [claims.iss, claims.sub])).toEqual([
    [id('leaf'), id('leaf')],
    [id('lower'), id('leaf')],
    [id('anchor'), id('lower')],
    [id('anchor'), id('anchor')],
  ])
  expect(chain.exp).toBe(NOW + 3600)
  expect(metadata).toEqual({
    federation_entity: { contacts: ['ops@leaf.example'] },
    openid_provider: {
      issuer: id('leaf'),
      authorization_endpoint: `${id('leaf')}/authorize`,
      client_registration_types_supported: ['automatic'],
      contacts: ['ops@leaf.example', 'helpdesk@anchor.example', 'support@lower.example'],
      grant_types_supported: ['authorization_code'],
      id_token_signing_alg_values_supported: ['PS256', 'RS256'],
      organization_name: 'The university',
      'organization_name#sv': 'Universitetet',
      subject_types_supported: ['pairwise'],
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
    },
  })
})

it('resolves the university with the statement of the Trust Anchor', async () => {
  const { metadata } = await resolveEntity(id('lower'), {
    trustAnchors: [id('anchor')],
    trustAnchorKeys: { [id('anchor')]: keySet('anchor') },
    source: planned(plan).source,
    now: NOW,
  })
  expect(metadata).toEqual({ federation_entity: { federation_fetch_endpoint: `${id('lower')}/fetch` } })
})

it('fails if the provider lacks a parameter that the Trust Anchor requires', {
  tags: '6.1.4.2/incorrect-metadata',
}, async () => {
  const weaker = { ...provider, id_token_signing_alg_values_supported: ['RS256'] }
  await expect(
    resolve({ leaf: { under: ['lower'], metadata: { openid_provider: weaker } } }),
  ).rejects.toThrow(
    refusal('invalid_metadata', {
      path: ['openid_provider', 'id_token_signing_alg_values_supported'],
      operator: 'superset_of',
    }),
  )
})
