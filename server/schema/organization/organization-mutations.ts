/** The mutations of organizations. */
import { admitOrganization } from '#server/anchors/organization-admission.ts'
import { contextOf } from '#server/schema/anchor-context.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { locateId } from '#server/schema/global-id.ts'
import { keyOrNull, nodeId, requireCaller } from '#server/schema/input.ts'
import { ContactRoleEnum, OrganizationRef } from '#server/schema/organization/organization.ts'
import { annotationFields } from '#server/schema/subordinate/annotation-fields.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

const { InvalidInputError, ConflictError, NotFoundError } = failures

type InputFields = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0]

const OrganizationContactInput = builder.inputType('OrganizationContactInput', {
  description: 'A person or mailbox of an organization.',
  fields: (t) => ({
    role: t.field({ type: ContactRoleEnum, required: true, description: 'What it is for.' }),
    email: t.string({ required: true, description: 'Its e-mail address.' }),
    name: t.string({ description: 'Its name.' }),
  }),
})

/** The input fields of creating and updating. */
function organizationFields(t: InputFields) {
  return {
    identifier: t.string({ description: 'Its number in a register, at most 100 characters.' }),
    identifierScheme: t.string({
      description: 'The register that assigned the identifier, at most 100 characters.',
    }),
    country: t.string({ description: 'Its country, as the two letters of ISO 3166-1.' }),
    active: t.boolean({ description: 'Whether it takes part in the federation; true by default.' }),
    contacts: t.field({
      type: [OrganizationContactInput],
      description: 'All of its contacts, at most 30; none by default.',
    }),
    ...annotationFields(t),
  }
}

const CreateOrganizationInput = builder.inputType('CreateOrganizationInput', {
  description: 'An organization to create.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name, at most 200 characters.' }),
    ...organizationFields(t),
  }),
})

const UpdateOrganizationInput = builder.inputType('UpdateOrganizationInput', {
  description: 'Changes: an absent field keeps its value, null resets it to its default.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The organization’s id.' }),
    version: t.int({
      description: 'The version that was read; the mutation fails with CONFLICT after another change.',
    }),
    name: t.string({ description: 'Its name, at most 200 characters.' }),
    ...organizationFields(t),
  }),
})

const AdmitOrganizationInput = builder.inputType('AdmitOrganizationInput', {
  description: 'An organization of one anchor, and another anchor.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The organization’s id, in an anchor that has it.' }),
    to: t.string({
      required: true,
      description: 'The anchor that shall have it too, by slug or Entity Identifier.',
    }),
  }),
})

const RemoveOrganizationInput = builder.inputType('RemoveOrganizationInput', {
  description: 'The organization.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The organization’s id.' }) }),
})

builder.mutationFields((t) => ({
  createOrganization: t.field({
    type: OrganizationRef,
    description: 'Creates an organization in the anchor.',
    authScopes: { operate: true },
    errors: { types: [InvalidInputError, ConflictError] },
    args: {
      input: t.arg({ type: CreateOrganizationInput, required: true, description: 'The organization.' }),
    },
    resolve: (_root, { input }, context) =>
      context.services.organizations.create(requireCaller(context), input),
  }),
  updateOrganization: t.field({
    type: OrganizationRef,
    description:
      'Changes an organization, for every anchor that admits it. Takes the right to operate in its home too.',
    authScopes: { operate: true },
    errors: { types: [InvalidInputError, ConflictError, NotFoundError] },
    args: { input: t.arg({ type: UpdateOrganizationInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { input }, context) => {
      const id = nodeId(input.id, 'Organization')
      return context.services.organizations.update(requireCaller(context), { ...input, id })
    },
  }),
  admitOrganization: t.field({
    type: OrganizationRef,
    description:
      'Admits an organization of one anchor to another one. Both see the same organization from then on. Takes the right to operate in its home and in the other one.',
    authScopes: { known: true },
    extensions: { ofInstallation: true },
    errors: { types: [ConflictError, NotFoundError] },
    args: {
      input: t.arg({
        type: AdmitOrganizationInput,
        required: true,
        description: 'The organization and the anchor.',
      }),
    },
    resolve: async (_root, { input }, context, info) => {
      const { anchor, id } = locateId(input.id) ?? { anchor: null, id: input.id }
      const admitted = await admitOrganization(context.anchors, requireCaller(context), {
        id: keyOrNull(id, 'Organization') ?? 0, // no organization has the key 0
        from: anchor ?? FIRST_ANCHOR,
        to: input.to,
      })
      scopeField(info, contextOf(context, admitted.anchor))
      return admitted.organization
    },
  }),
  removeOrganization: t.string({
    description:
      'Removes an organization without members from the anchor, and deletes it if no other anchor admits it. Its home that removes it passes it on to the next anchor that admits it. Returns its name.',
    authScopes: { operate: true },
    errors: { types: [ConflictError, NotFoundError] },
    args: {
      input: t.arg({ type: RemoveOrganizationInput, required: true, description: 'The organization.' }),
    },
    resolve: (_root, { input }, context) =>
      context.services.organizations.remove(requireCaller(context), nodeId(input.id, 'Organization')),
  }),
}))
