/** Labels of the roles of a contact. */
import type { ContactRole } from '#lib/gql/graphql.ts'

export const contactRoles: Readonly<Record<ContactRole, string>> = {
  TECHNICAL: 'Technical',
  SECURITY: 'Security',
  ADMINISTRATIVE: 'Administrative',
}
