/** Suggests the registered metadata parameters with the kind of their value (§5.1, §5.2). */
import { isEndpointParameter } from '#core/endpoint.ts'
import { getMember } from '#core/json.ts'
import { metadataParameters, type ParameterType } from '#core/metadata-parameters.ts'
import type { ValueKind } from '#lib/form/value-kind.ts'

const kinds: Readonly<Record<ParameterType, ValueKind>> = {
  string: 'text',
  url: 'text',
  strings: 'list',
  urls: 'list',
  boolean: 'flag',
  number: 'number',
  object: 'json',
  jwks: 'json',
}

/** For an unknown Entity Type, those that every Entity Type may have. */
const parametersOf = (entityType: string) =>
  getMember(metadataParameters, entityType) ?? metadataParameters.federation_entity ?? {}

/** The suggestions for an Entity Type; users can type others. Endpoints have fields of their own. */
export const parameterNames = (entityType: string) =>
  Object.keys(parametersOf(entityType)).filter((name) => !isEndpointParameter(name))

export const parameterKind = (entityType: string, parameter: string): ValueKind =>
  kinds[getMember(parametersOf(entityType), parameter) ?? 'string']
