/** Writes SAML metadata of a small federation for tests. */

/** Text that is XML already, such as `&amp;`. */
export type TestEntity = {
  entityId: string
  role?: 'idp' | 'sp'
  registrar?: string
  organization?: { name: string; displayName?: string; url?: string; language?: string }
  displayName?: string
  /** Values by the names of entity attributes. */
  attributes?: Readonly<Record<string, readonly string[]>>
  contacts?: readonly { type: string; email: string; name?: string; isSecurity?: boolean }[]
  /** Attributes of the EntityDescriptor beside entityID. */
  more?: string
}

export const CATEGORY = 'http://macedir.org/entity-category'
export const CERTIFICATION = 'urn:oasis:names:tc:SAML:attribute:assurance-certification'

const namespaces = [
  'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"',
  'xmlns:mdattr="urn:oasis:names:tc:SAML:metadata:attribute"',
  'xmlns:mdrpi="urn:oasis:names:tc:SAML:metadata:rpi"',
  'xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui"',
  'xmlns:remd="http://refeds.org/metadata"',
  'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"',
].join(' ')

/** `inside` comes first in the root element: a signature. */
export function groupXml(
  entities: readonly (TestEntity | string)[],
  { inside = '', attributes = 'ID="_root" validUntil="2100-01-01T00:00:00Z"' } = {},
): string {
  const parts = entities.map((entity) => (typeof entity === 'string' ? entity : entityXml(entity)))
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<md:EntitiesDescriptor ${namespaces} ${attributes}>${inside}`,
    ...parts,
    '</md:EntitiesDescriptor>\n',
  ].join('\n')
}

/** An entity as the root element. */
export const singleXml = (entity: TestEntity, inside = ''): string =>
  entityXml({ ...entity, more: `ID="_root" validUntil="2100-01-01T00:00:00Z" ${namespaces}` }, inside)

export function entityXml(entity: TestEntity, inside = ''): string {
  const { entityId, role = 'idp', organization, contacts = [], more = '' } = entity
  const descriptor = role === 'idp' ? 'IDPSSODescriptor' : 'SPSSODescriptor'
  return [
    `<md:EntityDescriptor entityID="${entityId}" ${more}>${inside}`,
    extensionsXml(entity),
    `<md:${descriptor} protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${userXml(entity)}</md:${descriptor}>`,
    organization ? organizationXml(organization) : '',
    ...contacts.map(contactXml),
    '</md:EntityDescriptor>',
  ].join('\n')
}

function extensionsXml({ registrar, attributes = {} }: TestEntity): string {
  const registration =
    registrar === undefined ? '' : `<mdrpi:RegistrationInfo registrationAuthority="${registrar}"/>`
  const values = Object.entries(attributes).map(([name, list]) => {
    const each = list.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`)
    return `<saml:Attribute Name="${name}">${each.join('')}</saml:Attribute>`
  })
  return `<md:Extensions>${registration}<mdattr:EntityAttributes>${values.join('')}</mdattr:EntityAttributes></md:Extensions>`
}

const userXml = ({ displayName }: TestEntity) =>
  displayName === undefined
    ? ''
    : `<md:Extensions><mdui:UIInfo><mdui:DisplayName xml:lang="en">${displayName}</mdui:DisplayName>
<mdui:InformationURL xml:lang="en">https://www.example.org/about</mdui:InformationURL>
<mdui:Logo height="1" width="1">data:image/png;base64,AAAA</mdui:Logo>
<mdui:Logo height="1" width="1">https://www.example.org/logo.png</mdui:Logo></mdui:UIInfo></md:Extensions>`

function organizationXml({
  name,
  displayName = name,
  url,
  language = 'en',
}: NonNullable<TestEntity['organization']>) {
  const text = (local: string, value: string) => `<md:${local} xml:lang="${language}">${value}</md:${local}>`
  const address = url === undefined ? '' : text('OrganizationURL', url)
  return `<md:Organization>${text('OrganizationName', name)}${text('OrganizationDisplayName', displayName)}${address}</md:Organization>`
}

function contactXml({ type, email, name, isSecurity }: NonNullable<TestEntity['contacts']>[number]): string {
  const security = isSecurity ? ' remd:contactType="http://refeds.org/metadata/contactType/security"' : ''
  const given = name === undefined ? '' : `<md:GivenName>${name}</md:GivenName>`
  return `<md:ContactPerson contactType="${type}"${security}>${given}<md:EmailAddress>${email}</md:EmailAddress></md:ContactPerson>`
}
