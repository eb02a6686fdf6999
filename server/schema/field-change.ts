/** A changed field of an object or of a statement. */
import { formatPath, type Path } from '#core/path.ts'
import { builder } from '#server/schema/builder.ts'

export type FieldChange = { path: string | Path; before?: unknown; after?: unknown }

export const FieldChangeRef = builder.objectRef<FieldChange>('FieldChange').implement({
  description: 'A field with its values before and after a change.',
  authScopes: { known: true, member: true },
  fields: (t) => ({
    path: t.string({
      description: 'Its path, such as `constraints.max_path_length`.',
      resolve: ({ path }) => (typeof path === 'string' ? path : formatPath(path)),
    }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value before; null: none.',
      resolve: ({ before }) => before ?? null,
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value after; null: none.',
      resolve: ({ after }) => after ?? null,
    }),
  }),
})
