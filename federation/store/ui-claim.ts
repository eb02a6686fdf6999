/** The informational metadata parameters that the collection contains, and how to validate their values (§5.2.2). */

const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isTextArray = (value: unknown) => Array.isArray(value) && value.every(isText)

/** Name without language tag -> whether a value is valid for display. */
export const uiClaims: Readonly<Record<string, (value: unknown) => boolean>> = {
  display_name: isText,
  description: isText,
  keywords: isTextArray,
  contacts: isTextArray,
  logo_uri: isText,
  policy_uri: isText,
  information_uri: isText,
  organization_name: isText,
  organization_uri: isText,
}
