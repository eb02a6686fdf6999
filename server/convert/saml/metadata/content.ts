/** Reads the sections of an entity that are kept: organization, contacts, display information, attributes. */
import type {
  Attribute,
  Localized,
  MetadataContact,
  SamlOrganization,
} from '#server/convert/saml/metadata/entity.ts'
import {
  ASSERTION,
  attributeOfName,
  MD,
  MDUI,
  REFEDS,
  REFEDS_SECURITY,
  XML,
} from '#server/convert/saml/metadata/names.ts'
import { attributeOf } from '#server/convert/saml/xml/element.ts'
import { childrenOf, textOf, type XmlNode } from '#server/convert/saml/xml/tree.ts'

/** In one line. */
const clean = (text: string) => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()

function localized(node: XmlNode, uri: string, local: string): Localized {
  return childrenOf(node, uri, local).flatMap((child) => {
    const text = clean(textOf(child))
    const language =
      child.element.attributes.find((each) => each.uri === XML && each.local === 'lang')?.value ?? ''
    return text === '' ? [] : [{ language: language.toLowerCase(), text }]
  })
}

export const readOrganization = (node: XmlNode): SamlOrganization => ({
  names: localized(node, MD, 'OrganizationName'),
  displayNames: localized(node, MD, 'OrganizationDisplayName'),
  urls: localized(node, MD, 'OrganizationURL'),
})

export function readUserInterface(node: XmlNode) {
  const logos = childrenOf(node, MDUI, 'Logo').map((logo) => textOf(logo).trim())
  return {
    displayNames: localized(node, MDUI, 'DisplayName'),
    informationUrls: localized(node, MDUI, 'InformationURL'),
    // Not one inside the metadata: it has no address.
    logoUri: logos.find((logo) => /^https:/i.test(logo)) ?? null,
  }
}

/** A row for each address. */
export function readContact(node: XmlNode): MetadataContact[] {
  const refeds = node.element.attributes.find(({ uri, local }) => uri === REFEDS && local === 'contactType')
  const type =
    refeds?.value === REFEDS_SECURITY ? 'security' : (attributeOf(node.element, 'contactType') ?? '')
  const nameOf = (local: string) => childrenOf(node, MD, local).map((child) => clean(textOf(child)))
  const name = [...nameOf('GivenName'), ...nameOf('SurName')].filter(Boolean).join(' ') || null
  return childrenOf(node, MD, 'EmailAddress').map((child) => ({
    type,
    email: textOf(child)
      .trim()
      .replace(/^mailto:/i, '')
      .toLowerCase(),
    name,
  }))
}

export function readAttributes(node: XmlNode): Attribute[] {
  return childrenOf(node, ASSERTION, 'Attribute').flatMap((child) => {
    const attribute = attributeOfName.get(attributeOf(child.element, 'Name') ?? '')
    if (attribute === undefined) return []
    const values = childrenOf(child, ASSERTION, 'AttributeValue').map((value) => textOf(value).trim())
    return values.filter(Boolean).map((value) => ({ attribute, value }))
  })
}
