/** Writes configuration files as YAML: fields in the order of the API, objects by their keys. */
import { stringify } from 'yaml'
import { API_VERSION, type FileDocument } from '#server/as-code/document.ts'
import { type Fields, sections } from '#server/plan/section.ts'

/** Lines are not folded: a change of a word is a change of its line alone. */
const options = { lineWidth: 0, version: '1.2', aliasDuplicateObjects: false, indentSeq: false } as const

export const formatYaml = (document: FileDocument): string =>
  sections.reduce((text, section) => {
    const content = document[section]
    if (content === undefined) return text
    if (!isList(content)) return `${text}${formatSection(section, content)}`
    return content.length === 0 ? text : text + formatSectionHead(section) + formatItems(content)
  }, formatHead(document))

export function formatHead({ anchor, complete }: Pick<FileDocument, 'anchor' | 'complete'>): string {
  return write({
    apiVersion: API_VERSION,
    ...(anchor === undefined ? {} : { anchor }),
    ...(complete === undefined ? {} : { complete }),
  })
}

export const formatSection = (section: string, content: Fields): string =>
  `\n${write({ [section]: content })}`

export const formatSectionHead = (section: string): string => `\n${section}:\n`

/** Items of a list, below the head of their section. */
export const formatItems = (items: readonly Fields[]): string => write(items)

/** Control characters that YAML allows as they are. A value with one is in double quotes; a terminal must not obey it. */
const CONTROLS = /[\u007f-\u009f]/g

const write = (value: object): string =>
  stringify(value, options).replaceAll(CONTROLS, (each) => `\\x${each.charCodeAt(0).toString(16)}`)

const isList = (content: Fields | readonly Fields[]): content is readonly Fields[] => Array.isArray(content)
