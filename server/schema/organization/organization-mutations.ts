/** The mutations of organizations. */
import { admitOrganization } from '#server/anchors/transfer.ts'
import { contextOf } from '#server/schema/anchor-context.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { fieldsOf } from '#server/schema/fields-of.ts'
import { encodeNodeId, locateId } from '#server/schema/global-id.ts'
import { keyOrNull, nodeId } from '#server/schema/input.ts'
import { byId, versionRead } from '#server/schema/input-fields.ts'
import { type InputFields, operation } from '#server/schema/operation.ts'
import { ContactRoleEnum, OrganizationRef } from '#server/schema/organization/organization.ts'
import { organizationFields } from '#server/services/organization/input.ts'
import { FIRST_ANCHOR } from '#store/anchors.ts'

const { InvalidInputError, ConflictError, NotFoundError } = failures

const OrganizationContactInput = builder.inputType('OrganizationContactInput', {
  description: 'A person or mailbox of an organization.',
  fields: (t) => ({
    role: t.field({ type: ContactRoleEnum, required: true, description: 'What it is for.' }),
    email: t.string({ required: true, description: 'Its e-mail address.' }),
    name: t.string({ description: 'Its name.' }),
  }),
})

/** The input fields of creating and updating. */
function contactsField(t: InputFields) {
  return {
    contacts: t.field({
      type: [OrganizationContactInput],
      description: 'All of its contacts, at most 30; none by default.',
    }),
  }
}

operation('createOrganization', {
  describes: 'Creates an organization in the anchor.',
  scope: 'operate',
  input: {
    describes: 'An organization to create.',
    fields: (t) => ({
      ...fieldsOf(t, organizationFields, 'name'),
      ...contactsField(t),
    }),
  },
  result: OrganizationRef,
  errors: [InvalidInputError, ConflictError],
  run: (input, { services, caller }) => services.organizations.create(caller, input),
})

operation('updateOrganization', {
  describes:
    'Changes an organization, for every anchor that admits it. Takes the right to operate in its home too.',
  scope: 'operate',
  input: {
    describes: 'Changes: an absent field keeps its value, null resets it to its default.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The organization’s id.' }),
      version: versionRead(t),
      ...fieldsOf(t, organizationFields),
      ...contactsField(t),
    }),
  },
  result: OrganizationRef,
  errors: [InvalidInputError, ConflictError, NotFoundError],
  run: (input, { services, caller }) =>
    services.organizations.update(caller, { ...input, id: nodeId(input.id, 'Organization') }),
})

operation('admitOrganization', {
  describes:
    'Admits an organization of one anchor to another one. Both see the same organization from then on. Takes the right to operate in its home and in the other one.',
  scope: 'known',
  ofInstallation: true,
  input: {
    describes: 'An organization of one anchor, and another anchor.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The organization’s id, in an anchor that has it.' }),
      to: t.string({
        required: true,
        description: 'The anchor that comes to have it too, by slug or Entity Identifier.',
      }),
    }),
  },
  result: OrganizationRef,
  errors: [ConflictError, NotFoundError],
  async run(input, context, info) {
    const { anchor, id } = locateId(input.id) ?? { anchor: null, id: input.id }
    const admitted = await admitOrganization(context.anchors, context.caller, {
      id: keyOrNull(id, 'Organization') ?? 0, // no organization has the key 0
      from: anchor ?? FIRST_ANCHOR,
      to: input.to,
    })
    scopeField(info, contextOf(context, admitted.anchor))
    return admitted.organization
  },
})

operation('removeOrganization', {
  describes:
    'Removes an organization without members from the anchor, and deletes it if no other anchor admits it. Its home that removes it passes it on to the next anchor that admits it.',
  scope: 'operate',
  input: byId('organization'),
  result: ['ID'],
  noun: 'ids',
  errors: [ConflictError, NotFoundError],
  async run(input, context) {
    const id = nodeId(input.id, 'Organization')
    await context.services.organizations.remove(context.caller, id)
    return [encodeNodeId('Organization', id, context.anchor)]
  },
})
