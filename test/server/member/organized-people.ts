/** Invites people to organizations, and reads them. */
import type { TestAdmin } from '#test/helpers/admin.ts'
import { signInAsMember } from '#test/helpers/member.ts'
import type { Visitor } from '#test/helpers/visitor.ts'

let made = 0
export const email = () => `person-${++made}@lu.example`

export const PERSON = 'id username name email mayInvite invitationExpiresAt invitationLink lastSignInAt'

export function organizedPeople(admin: TestAdmin) {
  return {
    organize: async (name = 'Lund', anchor = 'main'): Promise<string> =>
      (await admin.mutate('createOrganization', { anchor, name }, 'id', 'admin')).id,
    invite: (organizationId: string, input: object = {}) =>
      admin.mutate('invitePerson', { organizationId, email: email(), ...input }, PERSON),
    peopleOf: async (id: string) =>
      (await admin.execute(`{ node(id: "${id}") { ... on Organization { people { ${PERSON} } } } }`)).data
        .node.people,
    lastEntry: (action: string) =>
      admin.server.db.auditEvent.findFirst({ where: { action }, orderBy: { id: 'desc' } }),
    /** A person who has accepted an invitation, and is signed in. */
    join: (organizationId: string, input: { mayInvite?: boolean } = {}): Promise<Visitor> =>
      signInAsMember(admin, { organizationId, email: email(), ...input }),
  }
}
