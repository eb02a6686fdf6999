/** The kinds of objects that a plan can change, by the names that configuration files give them. */

/** Those of an anchor, in the order in which they are applied and written. */
const ofAnchor = [
  'settings',
  'metadataPolicy',
  'organizations',
  'trustMarkTypes',
  'members',
  'awaitedMembers',
  'trustMarks',
  'checks',
  'schedules',
  'mirrors',
] as const
/** Those of the installation. The protection is last: what it protects from then on needs no approval before. */
const ofInstallation = ['anchors', 'webhooks', 'protection'] as const

export const sections = [...ofAnchor, ...ofInstallation] as const
export const sectionsOf = (isOfInstallation: boolean): readonly Section[] =>
  isOfInstallation ? ofInstallation : ofAnchor
export type Section = (typeof sections)[number]

/** What a plan does to an object. */
export const verbs = ['CREATE', 'CHANGE', 'REMOVE'] as const
export type Verb = (typeof verbs)[number]

/** The fields of an object, by the names of the API. */
export type Fields = Readonly<Record<string, unknown>>
