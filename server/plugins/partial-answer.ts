/** Answers the other fields of a query when one fails, for requests that say so: `extensions: { onError: "NULL" }`. */
import { MapperKind, mapSchema } from '@graphql-tools/utils'
import { type GraphQLFieldConfig, getNullableType } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { schema } from '#server/schema/index.ts'

/** The types of the fields are promised to clients, so that only who asks for it gets null. */
const nullable = mapSchema(schema, {
  [MapperKind.QUERY_ROOT_FIELD]: (field: GraphQLFieldConfig<unknown, unknown>) => ({
    ...field,
    type: getNullableType(field.type),
  }),
})

export const partialAnswer: Plugin = {
  onExecute({ args, context }) {
    if (context.params.extensions?.onError === 'NULL') args.schema = nullable
  },
}
