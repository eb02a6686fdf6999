/** What configuration files say of an object: on each type that a file can describe. */
import DataLoader from 'dataloader'
import type { GraphQLResolveInfo } from 'graphql'
import type { FileObject } from '#prisma/generated/client/client.ts'
import { isDescribed, readApplied } from '#server/as-code/ownership.ts'
import type { Database } from '#server/database/client.ts'
import type { Section } from '#server/plan/section.ts'
import { installationContext } from '#server/schema/anchor-context.ts'
import { scopeField } from '#server/schema/anchor-scope.ts'
import { builder } from '#server/schema/builder.ts'
import type { Context } from '#server/schema/context.ts'
import { OrganizationRef } from '#server/schema/organization/organization.ts'
import { CheckPipelineRef } from '#server/schema/pipeline/check-pipeline.ts'
import { ProtectionRef } from '#server/schema/protection/protection.ts'
import { ScheduleRef } from '#server/schema/run/schedule.ts'
import { MirrorRef } from '#server/schema/status/mirror.ts'
import { SubordinateRef } from '#server/schema/subordinate/subordinate.ts'
import { TrustAnchor } from '#server/schema/trust-anchor/trust-anchor.ts'
import { TrustMarkRef } from '#server/schema/trust-mark/trust-mark.ts'
import { TrustMarkTypeRef } from '#server/schema/trust-mark/trust-mark-type.ts'
import { WebhookRef } from '#server/schema/webhook/webhook.ts'
import { nameOf } from '#server/services/file-object/changed-object.ts'

const namesOf = ({ fields }: FileObject) => Object.keys(fields as object).sort() // hashes by name

const DescriptionRef = builder.objectRef<FileObject>('ConfigurationDescription').implement({
  description: 'The configuration file that describes an object. What it says is changed there.',
  authScopes: { read: true },
  fields: (t) => ({
    file: t.exposeString('file', { description: 'The name of the file.' }),
    set: t.exposeString('fileSet', { description: 'The set of files that it is of.' }),
    commit: t.exposeString('commit', {
      nullable: true,
      description: 'The commit of the files when they were applied last; null if the caller gave none.',
    }),
    appliedAt: t.expose('appliedAt', { type: 'DateTime', description: 'When they were applied last.' }),
    fields: t.stringList({
      description: 'The fields that it says, by the names of the API. Others may be changed here.',
      resolve: (row) => namesOf(row),
    }),
    differs: t.exposeStringList('differs', {
      description:
        'The fields that had another value than the file says when they were compared last, once an hour; none after an application.',
    }),
    withdrawnAt: t.expose('withdrawnAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was deactivated or revoked outside of the files since then; null if it was not.',
    }),
    withdrawnBy: t.exposeString('withdrawnBy', {
      nullable: true,
      description: 'Who did that.',
    }),
  }),
})

/** Ask once for all objects of a page. */
const readers = new WeakMap<Database, DataLoader<{ section: Section; key: string }, FileObject | null>>()

async function describe(db: Database, section: Section, key: string): Promise<FileObject | null> {
  const reader =
    readers.get(db) ??
    new DataLoader(
      async (objects: readonly { section: Section; key: string }[]) => {
        const rows = await readApplied(db, objects)
        return objects.map((object) => rows.get(nameOf(object)) ?? null)
      },
      { cache: false },
    )
  readers.set(db, reader)
  const row = await reader.load({ section, key })
  return row && isDescribed(row) ? row : null
}

const field = {
  type: DescriptionRef,
  nullable: true,
  description: 'The configuration file that describes it; null if none does.',
} as const

builder.prismaObjectField(SubordinateRef, 'describedIn', (t) =>
  t.field({
    ...field,
    select: { entityId: true },
    resolve: ({ entityId }, _args, { db }) => describe(db, 'members', entityId),
  }),
)

builder.prismaObjectField(OrganizationRef, 'describedIn', (t) =>
  t.field({
    ...field,
    select: { name: true },
    resolve: ({ name }, _args, { db }) => describe(db, 'organizations', name),
  }),
)

builder.prismaObjectField(TrustMarkTypeRef, 'describedIn', (t) =>
  t.field({
    ...field,
    select: { type: true },
    resolve: ({ type }, _args, { db }) => describe(db, 'trustMarkTypes', type),
  }),
)

builder.prismaObjectField(TrustMarkRef, 'describedIn', (t) =>
  t.field({
    ...field,
    select: { entityId: true, trustMarkType: { select: { type: true } } },
    resolve: ({ entityId, trustMarkType: { type } }, _args, { db }) =>
      describe(db, 'trustMarks', `${type} ${entityId}`),
  }),
)

builder.prismaObjectField(CheckPipelineRef, 'describedIn', (t) =>
  t.field({
    ...field,
    select: { entityType: true, trustMarkType: { select: { type: true } } },
    resolve: ({ entityType, trustMarkType }, _args, { db }) =>
      describe(db, 'checks', trustMarkType?.type ?? entityType ?? ''),
  }),
)

builder.prismaObjectField(ScheduleRef, 'describedIn', (t) =>
  t.field({
    ...field,
    select: { name: true },
    resolve: ({ name }, _args, { db }) => describe(db, 'schedules', name),
  }),
)

builder.prismaObjectField(MirrorRef, 'describedIn', (t) =>
  t.field({
    ...field,
    select: { url: true },
    resolve: ({ url }, _args, { db }) => describe(db, 'mirrors', url),
  }),
)

/** The first anchor keeps what is of the installation. */
function describeInstallation(context: Context, info: GraphQLResolveInfo, section: Section, key: string) {
  const installation = installationContext(context)
  scopeField(info, installation)
  return describe(installation.db, section, key)
}

builder.prismaObjectField(WebhookRef, 'describedIn', (t) =>
  t.field({
    ...field,
    select: { url: true },
    resolve: ({ url }, _args, context, info) => describeInstallation(context, info, 'webhooks', url),
  }),
)

builder.objectField(ProtectionRef, 'describedIn', (t) =>
  t.field({
    ...field,
    resolve: (_settings, _args, context, info) => describeInstallation(context, info, 'protection', ''),
  }),
)

builder.objectFields(TrustAnchor, (t) => ({
  describedIn: t.field({
    ...field,
    description: 'The configuration file that describes its settings; null if none does.',
    resolve: (_settings, _args, { db }) => describe(db, 'settings', ''),
  }),
  policyDescribedIn: t.field({
    ...field,
    description: 'The configuration file that describes its metadata policy; null if none does.',
    resolve: (_settings, _args, { db }) => describe(db, 'metadataPolicy', ''),
  }),
}))
