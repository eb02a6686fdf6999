/** Which elements are kept, by their place, and where what they say goes. */
import {
  ASSERTION,
  type Attribute,
  attributeOfName,
  type Localized,
  MD,
  MDATTR,
  MDRPI,
  MDUI,
  type MetadataContact,
  REFEDS,
  REFEDS_SECURITY,
  type Role,
  type SamlEntity,
  type SamlOrganization,
  XML,
} from '#server/convert/saml/metadata/entity.ts'
import {
  attributeOf,
  childrenOf,
  isNamed,
  textOf,
  type XmlElement,
  type XmlNode,
} from '#server/convert/saml/xml/tree.ts'

/** What a group states about the entities in it. */
export type Group = { registrar: string | null; attributes: Attribute[]; isExpired: boolean }

/** An entity that is being read. */
export type Draft = { -readonly [Name in keyof SamlEntity]: SamlEntity[Name] } & Group & {
    roles: Role[]
    contacts: MetadataContact[]
  }

type Section = (node: XmlNode) => void

const roles: ReadonlyMap<string, Role> = new Map([
  ['IDPSSODescriptor', 'idp'],
  ['SPSSODescriptor', 'sp'],
  ['AttributeAuthorityDescriptor', 'aa'],
])

export const roleOf = ({ uri, local }: XmlElement): Role | undefined =>
  uri === MD ? roles.get(local) : undefined

/** For a child of the entity; undefined: it is not kept. */
export function sectionOfEntity(draft: Draft, element: XmlElement): Section | undefined {
  if (isNamed(element, MD, 'ContactPerson'))
    return (node) => {
      for (const contact of readContact(node)) draft.contacts.push(contact)
    }
  if (isNamed(element, MD, 'Organization'))
    return (node) => {
      draft.organization = readOrganization(node)
    }
  return undefined
}

/** For a child of the Extensions of an entity or of a group. */
export function sectionOfExtensions(subject: Group, element: XmlElement): Section | undefined {
  if (isNamed(element, MDRPI, 'RegistrationInfo'))
    return (node) => {
      subject.registrar = attributeOf(node.element, 'registrationAuthority')?.trim() || subject.registrar
    }
  if (isNamed(element, MDATTR, 'EntityAttributes'))
    return (node) => {
      for (const attribute of readAttributes(node)) subject.attributes.push(attribute)
    }
  return undefined
}

/** For a child of the Extensions of a role. That of the first role counts. */
export function sectionOfRole(draft: Draft, element: XmlElement): Section | undefined {
  if (!isNamed(element, MDUI, 'UIInfo') || draft.displayNames.length > 0) return undefined
  return (node) => {
    Object.assign(draft, readUserInterface(node))
  }
}

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

const readOrganization = (node: XmlNode): SamlOrganization => ({
  names: localized(node, MD, 'OrganizationName'),
  displayNames: localized(node, MD, 'OrganizationDisplayName'),
  urls: localized(node, MD, 'OrganizationURL'),
})

function readUserInterface(node: XmlNode) {
  const logos = childrenOf(node, MDUI, 'Logo').map((logo) => textOf(logo).trim())
  return {
    displayNames: localized(node, MDUI, 'DisplayName'),
    informationUrls: localized(node, MDUI, 'InformationURL'),
    // Not one inside the metadata: it has no address.
    logoUri: logos.find((logo) => /^https:/i.test(logo)) ?? null,
  }
}

/** A row for each address. */
function readContact(node: XmlNode): MetadataContact[] {
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

function readAttributes(node: XmlNode): Attribute[] {
  return childrenOf(node, ASSERTION, 'Attribute').flatMap((child) => {
    const attribute = attributeOfName.get(attributeOf(child.element, 'Name') ?? '')
    if (attribute === undefined) return []
    const values = childrenOf(child, ASSERTION, 'AttributeValue').map((value) => textOf(value).trim())
    return values.filter(Boolean).map((value) => ({ attribute, value }))
  })
}
