/** The state of the anchor, or of the installation, as a configuration file. */

import { jsonSchemaOf } from '#server/as-code/json-schema.ts'
import { exportPart, type Part, type Position } from '#server/as-code/write.ts'
import { requestError } from '#server/error/request-error.ts'
import { type Section, sectionsOf } from '#server/plan/section.ts'
import { builder } from '#server/schema/builder.ts'
import { INSTALLATION, requireAdministrator } from '#server/schema/configuration/subject.ts'

const PartRef = builder.objectRef<Part>('ConfigurationPart').implement({
  description: 'A part of a configuration file.',
  authScopes: { read: true },
  fields: (t) => ({
    content: t.exposeString('content', { description: 'The text, as YAML.' }),
    endCursor: t.string({
      nullable: true,
      description: 'The cursor of the next part; null: it was the last one.',
      resolve: ({ next }) => next && Buffer.from(JSON.stringify(next)).toString('base64url'),
    }),
  }),
})

builder.queryField('configurationExport', (t) =>
  t.field({
    type: PartRef,
    description:
      'The state of the anchor or the installation as a configuration file. Its parts together are the file; applying it changes nothing. Keys and secrets are not in it.',
    authScopes: { read: true },
    args: {
      after: t.arg.string({ description: 'The cursor of the part before; the first part by default.' }),
      installation: t.arg.boolean({ description: INSTALLATION }),
    },
    resolve(_root, { after, installation }, context, { schema }) {
      const isOfInstallation = installation ?? false
      if (isOfInstallation) requireAdministrator(context)
      const from = after == null ? null : positionOf(after, sectionsOf(isOfInstallation))
      return exportPart({ ...context, schema, isOfInstallation }, from)
    },
  }),
)

builder.queryField('configurationSchema', (t) =>
  t.field({
    extensions: { ofInstallation: true },
    type: 'JSON',
    description: 'The form of a configuration file as a JSON Schema, for editors.',
    authScopes: { known: true },
    resolve: (_root, _args, _context, { schema }) => jsonSchemaOf(schema),
  }),
)

/** @throws GraphQLError BAD_USER_INPUT */
function positionOf(cursor: string, sections: readonly Section[]): Position {
  try {
    const { section, after } = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (sections.includes(section) && typeof after === 'string') return { section, after }
  } catch {
    // Not a cursor of ours.
  }
  throw requestError('BAD_USER_INPUT', 'This is no cursor of an export. Start at the first part.')
}
