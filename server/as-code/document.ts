/** The content of a configuration file: the objects of one anchor by section, or those of the installation. */
import type { Fields, Section } from '#server/plan/section.ts'

/** Files of this form stay valid; a change that breaks them gets another name. */
export const API_VERSION = 'inmor/v1'

/** The set of files that name none. */
export const DEFAULT_SET = 'default'

export type FileDocument = {
  apiVersion: typeof API_VERSION
  /** The slug of the anchor; absent: the file is about the installation. */
  anchor?: string
  /** The name of the set of files, which owns what it describes. */
  set?: string
  /** Whether a field that an object does not name has its default. Otherwise it is not touched. */
  complete?: boolean
} & { [Name in Section]?: Fields | readonly Fields[] }
