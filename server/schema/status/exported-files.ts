/** What an export answers without the installation, as part of the publication status. */
import type { ExportedFiles, ExportedKind } from '#server/publish/exported-files.ts'
import { builder } from '#server/schema/builder.ts'

const ExportedKindRef = builder.objectRef<ExportedKind>('ExportedKind').implement({
  description: 'The exported files of one kind.',
  authScopes: { read: true },
  fields: (t) => ({
    kind: t.exposeString('kind', {
      description: 'The endpoint that they answer, such as `fetch`, or `entity_configuration`.',
    }),
    count: t.exposeInt('count', { description: 'How many there are.' }),
    endsAt: t.expose('endsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the first of them expires; null: none of them expires.',
    }),
  }),
})

export const ExportedFilesRef = builder.objectRef<ExportedFiles>('ExportedFiles').implement({
  description:
    'The files of an export. A web server or a mirror answers with them without this installation, until they expire.',
  authScopes: { read: true },
  fields: (t) => ({
    signedAt: t.expose('signedAt', {
      type: 'DateTime',
      description: 'When the last manifest was signed; it is signed each minute.',
    }),
    isCurrent: t.boolean({
      description: 'Whether the export follows what is published: its manifest has not expired.',
      resolve: ({ currentUntil }, _args, { now }) => currentUntil > now(),
    }),
    answeredUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the first file of any kind expires; null: none does.',
      resolve: ({ kinds }) => kinds[0]?.endsAt ?? null,
    }),
    kinds: t.expose('kinds', {
      type: [ExportedKindRef],
      description: 'The kinds of files, by their end, the earliest first.',
    }),
  }),
})
