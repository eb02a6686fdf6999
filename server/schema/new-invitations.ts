/** The links of invitations that a request created, for its answer. */
import { invitationLink, type NewInvitation } from '#server/auth/invitation-offer.ts'

export type NewInvitations = {
  add(userId: string, invitation: NewInvitation): void
  get(userId: string): string | undefined
}

export function createNewInvitations(consoleUrl: URL): NewInvitations {
  const links = new Map<string, string>()
  return {
    add: (userId, invitation) => void links.set(userId, invitationLink(invitation, consoleUrl)),
    get: (userId) => links.get(userId),
  }
}
