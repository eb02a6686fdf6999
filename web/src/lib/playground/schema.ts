/** Reads the schema of this server, with descriptions, for completion, validation and documentation. */
import {
  buildClientSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
} from 'graphql'

/** The query for `schemaOf`. */
export const introspection = getIntrospectionQuery({ inputValueDeprecation: true })

/** @throws TypeError or GraphQLError if the data is not the answer to `introspection`. */
export const schemaOf = (data: unknown): GraphQLSchema => buildClientSchema(data as IntrospectionQuery) // checks it
