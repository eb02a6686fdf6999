/** The link of an invitation. */

export type NewInvitation = { token: string; expiresAt: Date }

/** The token is in the fragment, which browsers send to no server, so that no log has it. */
export function invitationLink({ token }: NewInvitation, consoleUrl: URL): string {
  return new URL(`/invitation#${token}`, consoleUrl).href
}
