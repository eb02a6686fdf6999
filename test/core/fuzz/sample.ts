/** The statements of a correct federation, as the start of fuzzing. */
import { toPublicJwk } from '#core/keys.ts'
import { type EntityName, keys } from '../fixture/keys.ts'

type Json = Record<string, unknown>

export const NOW = 1_750_000_000
export const id = (name: EntityName) => `https://${name}.example`

const frame = { iat: NOW - 60, exp: NOW + 600 }
const jwks = (name: EntityName) => ({ keys: [toPublicJwk(keys[name])] })

export const keySet: Json = { keys: [toPublicJwk(keys.leaf), { kty: 'AKP', kid: 'a', pub: 'AAAA' }] }
export const privateKey: Json = keys.leaf
export const historicalKey: Json = {
  ...toPublicJwk(keys.leaf),
  ...frame,
  revoked: { revoked_at: NOW, reason: 'superseded' },
}

export const constraints: Json = {
  max_path_length: 2,
  naming_constraints: { permitted: ['.example', 'host.test'], excluded: ['old.example'] },
  allowed_entity_types: ['openid_provider', 'openid_relying_party'],
}

export const metadata: Json = {
  federation_entity: {
    organization_name: 'Example',
    federation_fetch_endpoint: 'https://upper.example/fetch?a=1',
  },
  openid_provider: { issuer: id('leaf') },
  openid_relying_party: {
    scope: 'openid email',
    contacts: ['a@leaf.example'],
    redirect_uris: ['https://leaf.example'],
  },
}

export const policy: Json = {
  openid_relying_party: {
    scope: { subset_of: ['openid', 'email'], superset_of: ['openid'] },
    contacts: { add: ['b@leaf.example'], essential: true },
    application_type: { default: 'web', one_of: ['web', 'native'] },
    'client_name#de': { value: null },
  },
}

export const issuers: Json = { 'https://mark.example': [id('side')], 'https://open.example': [] }
export const owners: Json = { 'https://mark.example': { sub: id('owner'), jwks: jwks('owner') } }

export const trustMark: Json = {
  iss: id('side'),
  sub: id('leaf'),
  trust_mark_type: 'https://mark.example',
  ...frame,
  ref: 'https://mark.example/about',
}

export const delegation: Json = {
  iss: id('owner'),
  sub: id('side'),
  trust_mark_type: 'https://mark.example',
  ...frame,
}

export const configuration = (name: EntityName, superior?: EntityName): Json => ({
  iss: id(name),
  sub: id(name),
  ...frame,
  jwks: jwks(name),
  metadata,
  ...(superior ? { authority_hints: [id(superior)] } : {}),
  trust_mark_issuers: issuers,
  trust_mark_owners: owners,
})

export const statement = (issuer: EntityName, subject: EntityName): Json => ({
  iss: id(issuer),
  sub: id(subject),
  ...frame,
  jwks: jwks(subject),
  metadata: { openid_relying_party: { client_name: 'Leaf' } },
  metadata_policy: policy,
  constraints,
  source_endpoint: 'https://upper.example/fetch',
})
