/** What is kept of an entity in SAML metadata. */

/** A text in several languages, in the order of the document. */
export type Localized = readonly { language: string; text: string }[]

export const roles = ['idp', 'sp', 'aa'] as const
export type Role = (typeof roles)[number]

/** The attributes of entities that become types, by their short names. */
export const attributeNames = [
  'entity-category',
  'entity-category-support',
  'assurance-certification',
] as const
type AttributeName = (typeof attributeNames)[number]

/** One value of an attribute. */
export type Attribute = { attribute: AttributeName; value: string }

/** `type` is the SAML contact type, or `security` for a security contact of REFEDS. */
export type MetadataContact = { type: string; email: string; name: string | null }

export type SamlOrganization = { names: Localized; displayNames: Localized; urls: Localized }

export type SamlEntity = {
  entityId: string
  roles: readonly Role[]
  /** Who registered it (mdrpi); null: unknown. */
  registrar: string | null
  organization: SamlOrganization | null
  /** For users (mdui). */
  displayNames: Localized
  informationUrls: Localized
  logoUri: string | null
  contacts: readonly MetadataContact[]
  attributes: readonly Attribute[]
  /** Whether its time, or that of a group around it, is over. */
  isExpired: boolean
}

/** The namespaces and names of SAML metadata and its extensions. */
export const MD = 'urn:oasis:names:tc:SAML:2.0:metadata'
export const MDRPI = 'urn:oasis:names:tc:SAML:metadata:rpi'
export const MDUI = 'urn:oasis:names:tc:SAML:metadata:ui'
export const MDATTR = 'urn:oasis:names:tc:SAML:metadata:attribute'
export const ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion'
export const REFEDS = 'http://refeds.org/metadata'
export const REFEDS_SECURITY = 'http://refeds.org/metadata/contactType/security'
export const XML = 'http://www.w3.org/XML/1998/namespace'

/** The attributes of entities that are kept, by their names in the metadata. */
export const attributeOfName: ReadonlyMap<string, AttributeName> = new Map([
  ['http://macedir.org/entity-category', 'entity-category'],
  ['http://macedir.org/entity-category-support', 'entity-category-support'],
  ['urn:oasis:names:tc:SAML:attribute:assurance-certification', 'assurance-certification'],
])
