/** Organizations, whose entities are members. */

import { callerMay } from '#server/identity/caller.ts'
import { builder } from '#server/schema/builder.ts'
import { outputsOf } from '#server/schema/fields-of.ts'
import { toAnchor, toAnchors } from '#server/schema/trust-anchor/anchor-edge.ts'
import { TrustAnchor } from '#server/schema/trust-anchor/trust-anchor.ts'
import { operatesHome } from '#server/services/organization/home.ts'
import { contactRoles, organizationFields } from '#server/services/organization/input.ts'
import { orderedContacts } from '#server/services/organization/organization.ts'

const descriptions = {
  TECHNICAL: 'For the operation of its entities.',
  SECURITY: 'For incidents.',
  ADMINISTRATIVE: 'For contracts and decisions.',
} as const

export const ContactRoleEnum = builder.enumType('ContactRole', {
  description: 'What a contact of an organization is for.',
  values: Object.fromEntries(contactRoles.map((role) => [role, { description: descriptions[role] }])) as {
    [role in (typeof contactRoles)[number]]: { description: string }
  },
})

export const OrganizationContact = builder.prismaObject('OrganizationContact', {
  description: 'A person or mailbox of an organization.',
  authScopes: { read: true, member: true },
  fields: (t) => ({
    role: t.field({
      type: ContactRoleEnum,
      description: 'What it is for.',
      select: { role: true },
      resolve: ({ role }) => contactRoles.find((each) => each === role) ?? 'ADMINISTRATIVE',
    }),
    name: t.exposeString('name', { nullable: true, description: 'Its name.' }),
    email: t.exposeString('email', { description: 'Its e-mail address.' }),
  }),
})

export const OrganizationRef = builder.prismaNode('Organization', {
  nullable: true,
  id: { field: 'id' },
  // Without `select`, a mutation returns the row that it wrote; only relations are loaded.
  description: 'An organization, whose entities are members. Every anchor that admits it sees the same one.',
  authScopes: { read: true },
  fields: (t) => ({
    ...outputsOf(t, organizationFields),
    contacts: t.relation('contacts', { type: OrganizationContact, query: orderedContacts }),
    memberCount: t.relationCount('subordinates', {
      description: 'How many subordinates it has in this anchor.',
    }),
    anchors: t.field({
      type: [TrustAnchor],
      description: 'The anchors that admit it, of those in which the caller has a role.',
      select: { anchors: { select: { anchorSlug: true } } },
      resolve: ({ anchors }, _args, context, info) =>
        toAnchors(
          anchors.map(({ anchorSlug }) => anchorSlug),
          context,
          info,
        ),
    }),
    home: t.field({
      type: TrustAnchor,
      nullable: true,
      description:
        'The anchor that it came from, whose operators change it and its people; null: one in which the caller has no role.',
      select: { homeSlug: true },
      resolve: ({ homeSlug }, _args, context, info) => toAnchor(homeSlug, context, info),
    }),
    canBeChanged: t.boolean({
      description: 'Whether the caller may change it and its people: it may operate here and in its home.',
      select: { homeSlug: true },
      resolve: (row, _args, { caller }) =>
        caller !== null && callerMay(caller, 'operate') && operatesHome(caller, row),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was last changed.' }),
    version: t.exposeInt('version'),
  }),
})

builder.prismaObjectField('Subordinate', 'organization', (t) =>
  t.relation('organization', {
    nullable: true,
    description: 'The organization that it belongs to; null: none is recorded. It is never published.',
  }),
)
