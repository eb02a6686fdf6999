/** The fields that an operator sets for an organization: their defaults and parsers. */
import { z } from 'zod'
import { InvalidInputError } from '#server/error/operation-error.ts'
import { annotationFields } from '#server/services/annotation.ts'
import { field, type Input, inApi, type Patch } from '#server/services/patch.ts'

export const contactRoles = ['TECHNICAL', 'SECURITY', 'ADMINISTRATIVE'] as const
export type ContactRole = (typeof contactRoles)[number]

export type Contact = { role: ContactRole; email: string; name: string | null }

type GivenContact = { role: ContactRole; email: string; name?: string | null | undefined }

const MAXIMUM_NAME = 200
const MAXIMUM_IDENTIFIER = 100
const MAXIMUM_CONTACTS = 30

/** One row per column of the organization. */
export const organizationFields = {
  name: inApi(
    'String',
    `Its name, at most ${MAXIMUM_NAME} characters.`,
    field('', (name: string) => parseText(name, 'name', MAXIMUM_NAME)),
  ),
  identifier: inApi(
    'String',
    `Its number in a register, at most ${MAXIMUM_IDENTIFIER} characters; unique in the installation, with its scheme.`,
    field(null, (text: string) => parseText(text, 'identifier', MAXIMUM_IDENTIFIER)),
  ),
  identifierScheme: inApi(
    'String',
    `The register that assigned the identifier, at most ${MAXIMUM_IDENTIFIER} characters.`,
    field(null, (text: string) => parseText(text, 'identifierScheme', MAXIMUM_IDENTIFIER)),
  ),
  country: inApi('String', 'Its country, as the two letters of ISO 3166-1.', field(null, parseCountry)),
  active: inApi(
    'Boolean',
    'Whether it takes part in the federation; true by default.',
    field(true, (value: boolean) => value),
  ),
  ...annotationFields,
}

/** Its contacts are rows of their own. */
export const contactField = { contacts: field([], parseContacts) }

export type OrganizationInput = Input<typeof organizationFields> & Input<typeof contactField>
export type OrganizationPatch = Patch<typeof organizationFields>

/** @throws InvalidInputError when only one of identifier and scheme remains */
export function checkIdentifier({ identifier, identifierScheme }: OrganizationPatch): void {
  if (identifier && !identifierScheme)
    throw new InvalidInputError(
      'An identifier needs its scheme: the register that assigned it.',
      'identifierScheme',
    )
  if (identifierScheme && !identifier)
    throw new InvalidInputError('A scheme needs an identifier.', 'identifier')
}

function parseText(given: string, name: string, maximum: number): string {
  const text = typeof given === 'string' ? given.trim() : ''
  if (text === '') throw new InvalidInputError(`${name} must be a text with at least one character.`, name)
  if (text.length <= maximum) return text
  throw new InvalidInputError(`${name} has ${text.length} characters. At most ${maximum} are allowed.`, name)
}

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

/** Two letters of ISO 3166-1, in capitals. */
function parseCountry(given: string): string {
  const code = given.trim().toUpperCase()
  // A withdrawn code is the alias of another one.
  const isCode = /^[A-Z]{2}$/.test(code) && new Intl.Locale(`und-${code}`).region === code
  if (isCode && regions.of(code) !== undefined) return code
  const shown = JSON.stringify(given.slice(0, 10))
  throw new InvalidInputError(
    `${shown} is not a country. Use the two letters of ISO 3166-1, such as "SE".`,
    'country',
  )
}

/** Each address once for each role. @throws InvalidInputError */
function parseContacts(given: readonly GivenContact[]): Contact[] {
  if (given.length > MAXIMUM_CONTACTS)
    throw new InvalidInputError(
      `${given.length} contacts are too many. At most ${MAXIMUM_CONTACTS} are allowed.`,
      'contacts',
    )
  const parsed = given.map((contact, at) => parseContact(contact, at))
  const byKey = new Map(parsed.map((contact) => [`${contact.role} ${contact.email}`, contact]))
  return [...byKey.values()]
}

function parseContact({ role, email, name }: GivenContact, at: number): Contact {
  const address = email.trim().toLowerCase()
  if (!z.email().safeParse(address).success)
    throw new InvalidInputError('This is not an e-mail address.', 'contacts', at, 'email')
  const text = name?.trim() || null
  if (text && text.length > MAXIMUM_NAME)
    throw new InvalidInputError(
      `The name has ${text.length} characters. At most ${MAXIMUM_NAME} are allowed.`,
      'contacts',
      at,
      'name',
    )
  return { role, email: address, name: text }
}
