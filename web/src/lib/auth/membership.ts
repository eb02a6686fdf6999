/** Describes users who act for organizations. They sign in to the portal, with or without a role here. */

const list = new Intl.ListFormat('en-GB')
const MOST = 2

/** `Member of Lund University`; null for a user who acts for none. */
export function membershipInWords(organizations: readonly string[]): string | null {
  if (organizations.length === 0) return null
  const rest = organizations.length - MOST
  const named =
    rest > 0 ? [...organizations.slice(0, MOST), rest === 1 ? '1 other' : `${rest} others`] : organizations
  return `Member of ${list.format(named)}`
}

/** What a change of the role means for such a user. */
export function effectOfRole(organizations: readonly string[], hasRole: boolean): string | null {
  const [only] = organizations
  if (only === undefined) return null
  const name = organizations.length === 1 ? only : 'their organizations'
  return hasRole
    ? `They also act for ${name} in the portal. That stays after a change of the role.`
    : `They act for ${name} in the portal, which needs no role. A role also opens this console, with all entities of the anchor.`
}
