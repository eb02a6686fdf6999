/** The one parameter that is a string on the wire and an array to the operators (§6.1.3.1.8). */

/** `scope` is client metadata; only these Entity Types have it. */
const typesWithScope = ['openid_relying_party', 'oauth_client']

/** Operators whose value may be written the way the parameter itself is. */
const operatorsWithParameterValue = ['value', 'default']

export function isScope(entityType: string, parameter: string): boolean {
  return parameter === 'scope' && typesWithScope.includes(entityType)
}

/** The parameter as operators see it. */
export function splitScope(value: unknown): unknown {
  return typeof value === 'string' ? [...new Set(value.split(' ').filter(Boolean))] : value
}

/** The parameter as metadata carries it; the empty array is present, and so is the empty string. */
export function joinScope(value: unknown): unknown {
  return Array.isArray(value) && value.every(isString) ? value.join(' ') : value
}

/** Whether an operator can be given the value: an array on `scope` is one of scope values, which are strings. */
export function isScopeOperatorValue(value: unknown): boolean {
  return !Array.isArray(value) || value.every(isString)
}

/** The value of an operator on `scope`, as an array. */
export function scopeOperatorValue(operator: string, value: unknown): unknown {
  return operatorsWithParameterValue.includes(operator) ? splitScope(value) : value
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}
