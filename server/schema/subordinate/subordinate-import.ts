/** Starts the registration of a list of entities. */
import { failures } from '#server/schema/error.ts'
import { operation } from '#server/schema/operation.ts'
import { RunRef } from '#server/schema/run/run.ts'
import { withOrganizationKey } from '#server/schema/subordinate/annotation-fields.ts'
import { RegisterSubordinateInput } from '#server/schema/subordinate/subordinate-mutations.ts'
import { parseImport } from '#server/services/subordinate/import.ts'

const { ConflictError, InvalidInputError } = failures

operation('importSubordinates', {
  describes: 'Starts to register a list of entities, each independently. Follow the run with runProgress.',
  scope: 'operate',
  input: {
    describes: 'The entities to register.',
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
  },
  result: RunRef,
  errors: [InvalidInputError, ConflictError],
  run: (input, { runs, caller }) =>
    runs.start(caller, 'IMPORT', {
      items: parseImport({ ...input, subordinates: input.subordinates?.map(withOrganizationKey) }),
      ...(input.dryRun ? { parameters: { dryRun: true } } : {}),
    }),
})
