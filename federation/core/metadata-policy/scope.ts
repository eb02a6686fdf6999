/** Converts `scope`, a string in metadata and an array in operators (§6.1.3.1.8). */

/** `scope` is client metadata, so only these Entity Types have it. */
const typesWithScope = ['openid_relying_party', 'oauth_client']

/** Operators whose value may have the form of the parameter. */
const operatorsWithParameterValue = ['value', 'default']

export function isScope(entityType: string, parameter: string): boolean {
  return parameter === 'scope' && typesWithScope.includes(entityType)
}

/** Converts the parameter to the form of operators. */
export function splitScope(value: unknown): unknown {
  return typeof value === 'string' ? [...new Set(value.split(' ').filter(Boolean))] : value
}

/** Converts the parameter to the form of metadata. An empty array becomes an empty string. */
export function joinScope(value: unknown): unknown {
  return Array.isArray(value) && value.every(isString) ? value.join(' ') : value
}

/** Whether the value is valid: an array may contain only strings. */
export function isScopeOperatorValue(value: unknown): boolean {
  return !Array.isArray(value) || value.every(isString)
}

/** Returns the value of an operator on `scope` as an array. */
export function parseScopeOperatorValue(operator: string, value: unknown): unknown {
  return operatorsWithParameterValue.includes(operator) ? splitScope(value) : value
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}
