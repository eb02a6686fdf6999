/** The informational metadata parameters that the collection holds, with what their values look like (§5.2.2). */

const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText)

/** Name, without language tag -> whether a value is one that may be shown. */
export const uiClaims: Readonly<Record<string, (value: unknown) => boolean>> = {
  display_name: isText,
  description: isText,
  keywords: isTexts,
  contacts: isTexts,
  logo_uri: isText,
  policy_uri: isText,
  information_uri: isText,
  organization_name: isText,
  organization_uri: isText,
}
