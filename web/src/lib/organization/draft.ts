/** Describes the record of an organization as a form. */
import { type Field, type FieldsOf, flag, text, type Values } from '#lib/form/field.ts'
import type { ContactRole, OrganizationContactInput, UpdateOrganizationInput } from '#lib/gql/graphql.ts'
import { graphql } from '#lib/gql/index.ts'
import { annotationFields } from '#lib/subordinate/draft.ts'

export interface ContactDraft {
  role: ContactRole
  name: string
  email: string
}

export const newContact = (): ContactDraft => ({ role: 'TECHNICAL', name: '', email: '' })

type Stored = { role: ContactRole; name: string | null; email: string }

/** Each row is sent, so that the API names the rows as the form shows them. */
const contacts: Field<ContactDraft[], OrganizationContactInput[]> = {
  label: 'Contacts',
  placeOf: ([at]) => `contact ${Number(at) + 1}`,
  empty: [],
  show: (stored) =>
    Array.isArray(stored)
      ? stored.map(({ role, name, email }: Stored) => ({ role, name: name ?? '', email }))
      : [],
  parse: (rows) => ({
    input: rows.map(({ role, name, email }) => ({ role, name: name.trim() || null, email: email.trim() })),
  }),
}

export const organizationFields = {
  name: text('Name'),
  identifierScheme: text('Register', 'Who assigned the number, such as a national register or GLEIF.'),
  identifier: text('Number', 'Its number in this register.'),
  country: text('Country'),
  active: flag('Takes part in the federation'),
  contacts,
  ...annotationFields,
} satisfies FieldsOf<UpdateOrganizationInput>

graphql(`
  fragment OrganizationRecord on Organization {
    version name identifierScheme identifier country active note tags contacts { role name email }
  }
`)

export type OrganizationSettings = Values<typeof organizationFields>
