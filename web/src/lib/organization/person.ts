/** The queries and mutations of the people of an organization. */
import { graphql } from '#lib/gql/index.ts'
import { mutation } from '#lib/graphql/mutation.ts'

graphql(`
  fragment PersonFields on OrganizationPerson {
    id username name email mayInvite invitationExpiresAt lastSignInAt
  }
`)

export const InvitePerson = mutation(
  `InvitePerson { person { id username invitationLink isInvitationMailed } }`,
)
export const UpdatePerson = mutation(`UpdatePerson { person { id } }`)
export const RemovePerson = mutation(`RemovePerson { ids }`)
