/**
 * Organizations: create, change, admit to another anchor, remove. A client reaches those that its anchor admits; operators of
 * its home change them.
 */
import { type Organization, type OrganizationContact, Prisma } from '#prisma/generated/client/client.ts'
import type { Database, Transaction } from '#server/database/client.ts'
import {
  ConflictError,
  createVersionConflict,
  DuplicateError,
  InvalidInputError,
  NotFoundError,
} from '#server/error/operation-error.ts'
import type { Caller } from '#server/identity/caller.ts'
import { tagKey } from '#server/services/annotation.ts'
import type { ServiceContext } from '#server/services/context.ts'
import { giveUp, requireHome } from '#server/services/organization/home.ts'
import {
  type Contact,
  checkIdentifier,
  contactField,
  type OrganizationInput,
  type OrganizationPatch,
  organizationFields,
} from '#server/services/organization/input.ts'
import { orderedContacts } from '#server/services/organization/organization.ts'
import { columnsOf, parsePatch } from '#server/services/patch.ts'

type Complete = Organization & { contacts: OrganizationContact[] }

export function createOrganizationService({
  db,
  slug,
  write,
}: Pick<ServiceContext, 'db' | 'slug' | 'write'>) {
  return {
    /** @throws NotFoundError when this anchor does not have it */
    find: (id: number) => find(db, id),

    async create(caller: Caller, input: OrganizationInput & { name: string }): Promise<Organization> {
      const { patch, contacts } = parse(input)
      checkIdentifier(patch)
      return write(caller, async (tx) => {
        await refuseDuplicate(tx, patch)
        const { name = '', ...columns } = toColumns(patch)
        const { id } = await tx.organization
          .create({ data: { name, ...columns, homeSlug: slug }, select: { id: true } })
          .catch(refuseIdentifier)
        await tx.organizationAnchor.create({ data: { organizationId: id, anchorSlug: slug } })
        await replaceContacts(tx, id, contacts)
        const result = await find(tx, id)
        return { action: 'createOrganization', resource: result.name, after: auditView(result), result }
      })
    },

    /** @throws AnchorAccessError when the caller does not operate in its home */
    async update(
      caller: Caller,
      { id, version, ...input }: OrganizationInput & { id: number; version?: number | null | undefined },
    ): Promise<Organization> {
      const { patch, contacts } = parse(input)
      return write(caller, async (tx) => {
        const before = await find(tx, id)
        requireHome(caller, before)
        checkIdentifier({ ...before, ...patch })
        await refuseDuplicate(tx, { ...before, ...patch }, id)
        const { count } = await tx.organization
          .updateMany({
            where: { id, version: version ?? before.version },
            data: { ...toColumns(patch), version: { increment: 1 } },
          })
          .catch(refuseIdentifier)
        if (count === 0) throw createVersionConflict(version)
        await replaceContacts(tx, id, contacts)
        const result = await find(tx, id)
        return {
          action: 'updateOrganization',
          resource: result.name,
          before: auditView(before),
          after: auditView(result),
          result,
        }
      })
    },

    /** Ends its place in this anchor; the last one deletes it. */
    async remove(caller: Caller, id: number): Promise<string> {
      return write(caller, async (tx) => {
        const before = await find(tx, id)
        const members = await tx.subordinate.count({ where: { organizationId: id } })
        if (members > 0)
          throw new ConflictError(
            members === 1
              ? `${before.name} has 1 member. Remove it or give it another organization first.`
              : `${before.name} has ${members} members. Remove them or give them another organization first.`,
            'id',
          )
        await tx.request.deleteMany({ where: { organizationId: id } })
        await giveUp(tx, slug, id)
        return {
          action: 'removeOrganization',
          resource: before.name,
          before: auditView(before),
          result: before.name,
        }
      })
    },

    /** Another anchor has it; that anchor's operators see it from then on. @throws ConflictError */
    async admit(caller: Caller, id: number): Promise<Organization> {
      return write(caller, async (tx) => {
        const present = await tx.organization.findUnique({ where: { id } })
        if (present) throw new ConflictError(`${present.name} is in this anchor already.`, 'id')
        await tx.organizationAnchor.create({ data: { organizationId: id, anchorSlug: slug } })
        const result = await find(tx, id)
        return { action: 'admitOrganization', resource: result.name, after: auditView(result), result }
      })
    },
  }
}

function parse({ contacts, ...input }: OrganizationInput): {
  patch: OrganizationPatch
  contacts: Contact[] | undefined
} {
  const patch = parsePatch(organizationFields, input, undefined)
  if (patch.name === '') throw new InvalidInputError('An organization must have a name.', 'name')
  return { patch, contacts: parsePatch(contactField, { contacts }, undefined).contacts }
}

function toColumns({ tags, ...patch }: OrganizationPatch) {
  return {
    ...columnsOf(organizationFields, patch),
    ...(tags ? { tags, tagKeys: tags.map(tagKey) } : {}),
  }
}

async function find(tx: Transaction | Database, id: number): Promise<Complete> {
  const row = await tx.organization.findUnique({
    where: { id },
    include: { contacts: orderedContacts },
  })
  if (!row) throw new NotFoundError('There is no such organization.', 'id')
  return row
}

type Identifier = Pick<OrganizationPatch, 'identifier' | 'identifierScheme'>

/** @throws DuplicateError */
async function refuseDuplicate(
  tx: Transaction,
  { identifier, identifierScheme }: Identifier,
  own?: number,
): Promise<void> {
  if (!identifier || !identifierScheme) return
  const found = await tx.organization.findFirst({ where: { identifier, identifierScheme } })
  if (!found || found.id === own) return
  throw new DuplicateError(
    { typename: 'Organization', id: found.id },
    `${found.name} has this identifier.`,
    'identifier',
  )
}

/** Organizations of other anchors are not visible here; the index covers them all. @throws ConflictError */
function refuseIdentifier(error: unknown): never {
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002')
    throw new ConflictError(
      'An organization of another anchor has this identifier. Admit it from there instead.',
      'identifier',
    )
  throw error
}

async function replaceContacts(tx: Transaction, organizationId: number, contacts?: Contact[]): Promise<void> {
  if (!contacts) return
  await tx.organizationContact.deleteMany({ where: { organizationId } })
  await tx.organizationContact.createMany({
    data: contacts.map((contact) => ({ organizationId, ...contact })),
  })
}

/** The columns for the audit log; the others follow from them. */
function auditView({ tagKeys, contacts, ...row }: Complete): object {
  return { ...row, contacts: contacts.map(({ role, email, name }) => ({ role, email, name })) }
}
