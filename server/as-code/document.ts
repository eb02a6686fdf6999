/** The content of a configuration file: the objects of one anchor by section, or those of the installation. */

/** Files of this form stay valid; a change that breaks them gets another name. */
export const API_VERSION = 'inmor/v1'

/** The set of files that name none. */
export const DEFAULT_SET = 'default'

/** The sections of the file of an anchor, in the order in which they are applied and written. */
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
/** Those of the file of the installation. The protection is last: what it protects from then on needs no approval before. */
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

export type FileDocument = {
  apiVersion: typeof API_VERSION
  /** The slug of the anchor; absent: the file is about the installation. */
  anchor?: string
  /** The name of the set of files, which owns what it describes. */
  set?: string
  /** Whether a field that an object does not name has its default. Otherwise it is not touched. */
  complete?: boolean
} & { [Name in Section]?: Fields | readonly Fields[] }
