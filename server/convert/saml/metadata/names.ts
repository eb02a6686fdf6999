/** The namespaces and names of SAML metadata and its extensions. */
import type { AttributeName } from '#server/convert/saml/metadata/entity.ts'

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
