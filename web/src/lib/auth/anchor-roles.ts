/** The roles of a user: one in the installation, which holds in the first anchor, and others in single anchors. */
import type { AnchorRoleInput, Role } from '#lib/gql/graphql.ts'
import type { Refusal } from '#lib/graphql/refusal.ts'

interface User {
  role: Role | null
  anchorRoles: readonly { anchorSlug: string; role: Role }[]
}

interface Anchor {
  slug: string
  isFirst: boolean
}

/** The content of a form: administrators of the installation have that role in every anchor. */
export interface RolesDraft {
  isAdministrator: boolean
  /** By slug; empty for none. */
  roles: Record<string, Role | ''>
}

const newUser: User = { role: null, anchorRoles: [] }

export function roleIn({ role, anchorRoles }: User, { slug, isFirst }: Anchor): Role | null {
  if (role === 'ADMIN') return role
  const own = anchorRoles.find(({ anchorSlug }) => anchorSlug === slug)?.role
  return own ?? (isFirst ? role : null)
}

/** Whether the user has a role in the installation or in any anchor. */
export const hasRole = ({ role, anchorRoles }: User) => role !== null || anchorRoles.length > 0

/** Where there is one anchor, a new user begins as a viewer. */
export function draftRoles(anchors: readonly Anchor[], user?: User): RolesDraft {
  const start = anchors.length === 1 ? 'VIEWER' : ''
  return {
    isAdministrator: user?.role === 'ADMIN',
    roles: Object.fromEntries(
      anchors.map((anchor) => [anchor.slug, user ? (roleIn(user, anchor) ?? '') : start]),
    ),
  }
}

/** A role of its own in the first anchor replaces the one in the installation, so the two are kept equal. */
export function rolesInput(
  { isAdministrator, roles }: RolesDraft,
  anchors: readonly Anchor[],
  { role, anchorRoles }: User = newUser,
): { role?: Role; anchorRoles?: AnchorRoleInput[] } {
  const first = anchors.find(({ isFirst }) => isFirst)?.slug ?? ''
  if (isAdministrator) {
    const ended = anchorRoles.map(
      ({ anchorSlug: anchor }) => ({ anchor, role: anchor === first ? 'ADMIN' : null }) as const,
    )
    return { role: 'ADMIN', ...(ended.length > 0 && { anchorRoles: ended }) }
  }
  const inFirst = roles[first] || undefined
  const isEnded = role !== null && !inFirst
  const hasOwn = anchors.length > 1 || anchorRoles.length > 0 || isEnded
  // An administrator of the first anchor alone is none of the installation.
  const general = inFirst === 'ADMIN' ? 'OPERATOR' : (inFirst ?? (role === 'ADMIN' ? 'VIEWER' : undefined))
  return {
    ...(general && { role: general }),
    ...(hasOwn && { anchorRoles: anchors.map(({ slug }) => ({ anchor: slug, role: roles[slug] || null })) }),
  }
}

/** The fields of the input that the form of roles shows. */
export const roleFields = ['role', 'anchorRoles'] as const

export const refusedRole = (refusal: Refusal | undefined) =>
  refusal && roleFields.some((field) => field === refusal.path[0]) ? refusal.message : undefined
