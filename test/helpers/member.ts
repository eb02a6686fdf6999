/** Invites a person to an organization, and signs in as that person. */
import { PASSWORD, type TestAdmin } from '#test/helpers/admin.ts'
import { signedIn, type Visitor, visit } from '#test/helpers/visitor.ts'

export type Person = { organizationId: string; email: string; name?: string; mayInvite?: boolean }

export async function signInAsMember(admin: TestAdmin, person: Person): Promise<Visitor> {
  const { invitationLink, username } = await admin.mutate(
    'invitePerson',
    person,
    'username invitationLink',
    'admin',
  )
  const token = new URL(invitationLink).hash.slice(1)
  await visit(admin.adminUrl).mutate('acceptInvitation', { token, password: PASSWORD }, 'username')
  return signedIn(admin, username)
}
