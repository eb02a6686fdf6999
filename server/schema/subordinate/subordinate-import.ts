/** Starts the registration of a list of entities. */
import { builder } from '#server/schema/builder.ts'
import { failures } from '#server/schema/error.ts'
import { requireCaller } from '#server/schema/input.ts'
import { withOrganizationKey } from '#server/schema/subordinate/annotation-fields.ts'
import { RegisterSubordinateInput } from '#server/schema/subordinate/subordinate-mutations.ts'
import { parseImport } from '#server/services/subordinate/import.ts'

const { ConflictError, InvalidInputError } = failures

const ImportSubordinatesInput = builder.inputType('ImportSubordinatesInput', {
  description: 'The entities to register.',
  fields: (t) => ({
    subordinates: t.field({
      type: [RegisterSubordinateInput],
      description:
        'The entities, each with the fields of registerSubordinate. An entity that is named twice is registered once.',
    }),
    lines: t.stringList({
      description:
        'Further entities by their identifiers as written. A line that is no Entity Identifier fails with the reason.',
    }),
    dryRun: t.boolean({
      description: 'Checks each entity and registers none. False by default.',
    }),
  }),
})

builder.mutationField('importSubordinates', (t) =>
  t.prismaField({
    type: 'RenewalRun',
    description:
      'Starts to register a list of entities, each independently. Follow the run with renewalProgress.',
    authScopes: { operate: true },
    errors: { types: [InvalidInputError, ConflictError] },
    args: {
      input: t.arg({
        type: ImportSubordinatesInput,
        required: true,
        description: 'The entities to register.',
      }),
    },
    resolve: (_query, _root, { input }, context) =>
      context.runs.start(requireCaller(context), 'IMPORT', {
        items: parseImport({ ...input, subordinates: input.subordinates?.map(withOrganizationKey) }),
        ...(input.dryRun ? { parameters: { dryRun: true } } : {}),
      }),
  }),
)
