/**
 * The organizations for which the caller acts. Members have types of their own, so that what operators see is never
 * shown to them by a condition that someone forgot.
 */
import { buildEndpointUrl } from '#core/endpoint.ts'
import type { MemberOrganization } from '#server/auth/member.ts'
import { readSettings } from '#server/database/settings.ts'
import type { Settings } from '#server/database/typed-row.ts'
import { ViewerRef } from '#server/schema/access/viewer.ts'
import { contextOf } from '#server/schema/anchor-context.ts'
import { scopeItems } from '#server/schema/anchor-scope.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { globalId } from '#server/schema/global-id.ts'
import { OrganizationPerson } from '#server/schema/member/organization-person.ts'
import { OrganizationContact } from '#server/schema/organization/organization.ts'
import { Environment } from '#server/schema/trust-anchor/trust-anchor.ts'

/** An anchor that admits an organization. The context of its fields is that of the anchor. */
type Place = { organizationId: number; settings: Settings }

const urlOf =
  (endpoint: 'self_check' | 'jwks_update_trigger' | 'jwks_update') =>
  ({ settings: { endpoints } }: Place, _args: unknown, { entityId }: Context) =>
    endpoints.includes(endpoint) ? buildEndpointUrl(entityId, endpoint) : null

/** §5.2.2. */
const contactsOf = ({ contacts }: Settings['organization']): string[] =>
  Array.isArray(contacts) ? contacts.filter((contact) => typeof contact === 'string') : []

export const MemberAnchorRef = builder.objectRef<Place>('MemberAnchor').implement({
  description: 'An anchor that admits an organization, as its members see it.',
  authScopes: { member: true },
  fields: (t) => ({
    slug: t.string({
      description: 'Its short name in this installation.',
      resolve: (_place, _args, { slug }) => slug,
    }),
    entityId: t.field({
      type: 'EntityIdentifier',
      description: 'Its Entity Identifier.',
      resolve: (_place, _args, { entityId }) => entityId,
    }),
    name: t.string({
      nullable: true,
      description: 'Its name.',
      resolve: ({ settings }) => settings.displayName ?? settings.organizationName,
    }),
    environment: t.field({
      type: Environment,
      nullable: true,
      description: 'What it is for.',
      resolve: ({ settings }) => settings.environment,
    }),
    isPaused: t.boolean({
      description: 'Whether its endpoints answer 503 at present.',
      resolve: (_place, _args, { anchors, slug }) => anchors.find(slug)?.pausedAt != null,
    }),
    contacts: t.stringList({
      description: 'How to reach its operators, as its Entity Configuration says. They can be any text.',
      resolve: ({ settings: { organization } }) => contactsOf(organization),
    }),
    selfCheckUrl: t.field({
      type: 'URL',
      nullable: true,
      description:
        'Where anyone can check an entity before its registration; null if the anchor does not offer it.',
      resolve: urlOf('self_check'),
    }),
    keyUpdateTriggerUrl: t.field({
      type: 'URL',
      nullable: true,
      description:
        'Where an entity asks to take over the keys that it has announced now; null if the anchor does not offer it.',
      resolve: urlOf('jwks_update_trigger'),
    }),
    keyUpdateUrl: t.field({
      type: 'URL',
      nullable: true,
      description:
        'Where an entity pushes its keys as a signed JWK Set; null if the anchor does not offer it.',
      resolve: urlOf('jwks_update'),
    }),
  }),
})

const MemberOrganizationRef = builder.objectRef<MemberOrganization>('MemberOrganization').implement({
  description: 'An organization for which the caller acts.',
  authScopes: { member: true },
  fields: (t) => ({
    id: t.id({ description: 'Its id.', resolve: ({ id }) => globalId('Organization', id) }),
    name: t.exposeString('name', { description: 'Its name.' }),
    identifier: t.exposeString('identifier', {
      nullable: true,
      description: 'Its number in a register.',
    }),
    identifierScheme: t.exposeString('identifierScheme', {
      nullable: true,
      description: 'The register that assigned the identifier.',
    }),
    country: t.exposeString('country', {
      nullable: true,
      description: 'Its country, as the two letters of ISO 3166-1.',
    }),
    active: t.exposeBoolean('active', {
      description: 'Whether it takes part in the federation. If not, it can request nothing.',
    }),
    contacts: t.expose('contacts', {
      type: [OrganizationContact],
      description: 'Its contacts, by role and address.',
    }),
    mayInvite: t.exposeBoolean('mayInvite', {
      description: 'Whether the caller may invite and remove people of it.',
    }),
    people: t.field({
      type: [OrganizationPerson],
      description: 'The users who act for it, by address.',
      resolve: ({ id }, _args, { installation: { accounts } }) => accounts.listMembers(id),
    }),
    anchors: t.field({
      type: [MemberAnchorRef],
      description: 'The anchors that admit it, the configured one first.',
      args: { slug: t.arg.string({ description: 'Only the one with this slug.' }) },
      resolve: async ({ id, anchors }, { slug: only }, context, info) => {
        const slugs = anchors.map(({ anchorSlug }) => anchorSlug)
        const admitting = new Set(only == null ? slugs : slugs.filter((slug) => slug === only))
        const running = context.anchors
          .list()
          .flatMap(({ slug, running }) => (running && admitting.has(slug) ? contextOf(context, running) : []))
        scopeItems(info, running)
        return Promise.all(
          running.map(async ({ db }) => ({ organizationId: id, settings: await readSettings(db) })),
        )
      },
    }),
  }),
})

builder.objectField(ViewerRef, 'organizations', (t) =>
  t.field({
    type: [MemberOrganizationRef],
    description:
      'The organizations for which the caller acts, by name; none for an API key, and none until a required second factor is set up.',
    args: { id: t.arg.id({ description: 'Only the one with this id.' }) },
    resolve: async (caller, { id: only }, { installation: { accounts } }) => {
      if (caller.factorStep) return []
      const own = await accounts.listOwnOrganizations(caller)
      return only == null ? own : own.filter(({ id }) => globalId('Organization', id) === only)
    },
  }),
)
