/** The members of the demo federation and their metadata. */
import type { Metadata } from '#core/metadata.ts'

/** Our further anchors: one for tests, and an Intermediate under the first one. */
export const anchors = [
  { slug: 'test', displayName: 'Test federation', environment: 'TEST', color: '#d97706' },
  { slug: 'edu', displayName: 'Education sector', environment: 'OTHER', color: '#7c3aed', superior: 'main' },
] as const

export type AnchorSlug = 'main' | (typeof anchors)[number]['slug']

export type Member = {
  /** Names its key file and determines its port. */
  slug: string
  /** Our anchors of which it is a member, or another member that is its superior. */
  superiors: readonly AnchorSlug[] | string
  /** Its Trust Marks, by the last part of their type. */
  marks: readonly string[]
  organization: string
  /** It names its superior, which has not registered it: for a first registration. */
  isApplicant?: true
  metadata: (entityId: string, organization: string) => Metadata
}

export const markTypes = [
  { name: 'member', description: 'Has signed the federation agreement.' },
  {
    name: 'research-and-scholarship',
    description: 'Serves research and scholarship, and requests only the attributes it needs.',
  },
] as const

const provider = (display_name: string) => (entityId: string, organization_name: string) => ({
  openid_provider: {
    issuer: entityId,
    display_name,
    organization_name,
    authorization_endpoint: `${entityId}/authorize`,
    token_endpoint: `${entityId}/token`,
    jwks_uri: `${entityId}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public', 'pairwise'],
    id_token_signing_alg_values_supported: ['RS256', 'ES256'],
    client_registration_types_supported: ['automatic'],
    scopes_supported: ['openid', 'profile', 'email'],
  },
})

const relyingParty = (client_name: string) => (entityId: string, organization_name: string) => ({
  openid_relying_party: {
    client_name,
    organization_name,
    redirect_uris: [`${entityId}/callback`],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    application_type: 'web',
    client_registration_types: ['automatic'],
    contacts: ['support@example.org'],
    token_endpoint_auth_method: 'private_key_jwt',
  },
})

const intermediate = (entityId: string, organization_name: string) => ({
  federation_entity: {
    organization_name,
    federation_fetch_endpoint: `${entityId}/fetch`,
    federation_list_endpoint: `${entityId}/list`,
  },
})

export const members: readonly Member[] = [
  {
    slug: 'lindholm',
    superiors: ['main'],
    marks: ['member'],
    organization: 'University of Lindholm',
    metadata: provider('Lindholm account'),
  },
  {
    slug: 'northern',
    superiors: ['main'],
    marks: ['member'],
    organization: 'Northern Polytechnic',
    metadata: provider('Northern ID'),
  },
  {
    slug: 'library',
    superiors: ['main', 'test'],
    marks: ['member', 'research-and-scholarship'],
    organization: 'Consortium of University Libraries',
    metadata: relyingParty('Library portal'),
  },
  {
    slug: 'archive',
    superiors: ['main'],
    marks: ['member', 'research-and-scholarship'],
    organization: 'National Data Service',
    metadata: relyingParty('Research data archive'),
  },
  {
    slug: 'courses',
    superiors: ['edu'],
    marks: ['member'],
    organization: 'Course Exchange',
    metadata: relyingParty('Course catalogue'),
  },
  {
    slug: 'grid',
    superiors: ['main'],
    marks: [],
    organization: 'Computing Centre',
    metadata: relyingParty('Grid computing desk'),
  },
  {
    slug: 'health',
    superiors: ['main'],
    marks: ['member'],
    organization: 'Health Sector Federation',
    metadata: intermediate,
  },
  {
    slug: 'hospital',
    superiors: 'health',
    marks: [],
    organization: 'Westbay Hospital',
    metadata: provider('Westbay staff login'),
  },
  {
    slug: 'patients',
    superiors: 'health',
    marks: [],
    organization: 'Westbay Hospital',
    metadata: relyingParty('Patient portal'),
  },
  {
    slug: 'observatory',
    superiors: ['main'],
    marks: [],
    organization: 'Lakeside Observatory',
    isApplicant: true,
    metadata: relyingParty('Telescope schedule'),
  },
]
