/** Which elements are kept, by their place, and where what they say goes. */

import {
  readAttributes,
  readContact,
  readOrganization,
  readUserInterface,
} from '#server/convert/saml/metadata/content.ts'
import type { Attribute, Role, SamlEntity } from '#server/convert/saml/metadata/entity.ts'
import { MD, MDATTR, MDRPI, MDUI } from '#server/convert/saml/metadata/names.ts'
import { attributeOf, isNamed, type XmlElement } from '#server/convert/saml/xml/element.ts'
import type { XmlNode } from '#server/convert/saml/xml/tree.ts'

/** What a group states about the entities in it. */
export type Group = { registrar: string | null; attributes: Attribute[]; isExpired: boolean }

/** An entity that is being read. */
export type Draft = { -readonly [Name in keyof SamlEntity]: SamlEntity[Name] } & Group & { roles: Role[] }

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
      draft.contacts = [...draft.contacts, ...readContact(node)]
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
      subject.attributes = [...subject.attributes, ...readAttributes(node)]
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
