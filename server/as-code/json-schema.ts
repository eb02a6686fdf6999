/** The form of a configuration file as a JSON Schema, so that an editor completes and checks while an operator types. */
import {
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
} from 'graphql'
import { API_VERSION } from '#server/as-code/document.ts'
import { fileTypesOf } from '#server/as-code/file-type.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** What the scalars of the API are in JSON. The server checks more, such as the content of a policy. */
const scalars: Readonly<Record<string, JsonSchema>> = {
  Boolean: { type: 'boolean' },
  EntityIdentifier: { type: 'string', format: 'uri', pattern: '^https?://' },
  Int: { type: 'integer' },
  JSON: {},
  JWKS: {
    type: 'object',
    required: ['keys'],
    properties: { keys: { type: 'array', items: { type: 'object' } } },
  },
  JWT: { type: 'string' },
  String: { type: 'string' },
  URL: { type: 'string', format: 'uri' },
}

/** Of both forms of a file: one that names an anchor, and one about the installation. */
export function jsonSchemaOf(schema: GraphQLSchema): JsonSchema {
  const { anchor, installation } = fileTypesOf(schema)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration file of Inmor',
    type: 'object',
    // Rather than `oneOf`: an editor then names the fault, instead of both forms.
    if: { required: ['anchor'] },
    // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema
    then: schemaOfFile(anchor),
    else: schemaOfFile(installation),
  }
}

function schemaOfFile(type: GraphQLInputObjectType): JsonSchema {
  const { properties, ...file } = schemaOf(type) as { properties: Record<string, JsonSchema> } // an object
  return {
    ...file,
    properties: { ...properties, apiVersion: { ...properties.apiVersion, const: API_VERSION } },
  }
}

function schemaOf(type: GraphQLInputType): JsonSchema {
  const plain = getNullableType(type)
  if (isListType(plain)) return { type: 'array', items: schemaOf(plain.ofType) }
  if (isEnumType(plain)) return { enum: plain.getValues().map(({ name }) => name) }
  if (!isInputObjectType(plain)) return scalars[plain.name] ?? {}
  const fields = Object.values(plain.getFields())
  return {
    type: 'object',
    additionalProperties: false,
    required: fields.filter(isRequiredInputField).map(({ name }) => name),
    properties: Object.fromEntries(fields.map((field) => [field.name, propertyOf(field)])),
  }
}

/** A field that may be absent may be null, which gives it its default. */
function propertyOf(field: GraphQLInputField): JsonSchema {
  const value = schemaOf(field.type)
  const described = field.description ? { description: field.description } : {}
  if (isRequiredInputField(field) || Object.keys(value).length === 0) return { ...described, ...value }
  return { ...described, anyOf: [value, { type: 'null' }] }
}
