/** Describes what each role may do. */
import type { Role } from '#lib/gql/graphql.ts'

export const roleInWords: Record<Role, { label: string; explanation: string }> = {
  VIEWER: { label: 'Viewer', explanation: 'Can view everything and change nothing.' },
  OPERATOR: { label: 'Operator', explanation: 'Can register subordinates and issue Trust Marks.' },
  ADMIN: { label: 'Administrator', explanation: 'Can also change settings, policy, keys and users.' },
}

export const describeRole = (role: Role | null) =>
  role ? roleInWords[role] : { label: 'No role', explanation: 'Can view nothing here.' }
