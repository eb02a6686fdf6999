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
export type AttributeName = (typeof attributeNames)[number]

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
