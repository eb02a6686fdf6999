/** Reads the entities of SAML metadata one by one from its canonical form. */
import type { Refuse } from '#server/convert/failures.ts'
import { MD, type SamlEntity } from '#server/convert/saml/metadata/entity.ts'
import {
  type Draft,
  type Group,
  roleOf,
  sectionOfEntity,
  sectionOfExtensions,
  sectionOfRole,
} from '#server/convert/saml/metadata/section.ts'
import {
  attributeOf,
  createTreeBuilder,
  isNamed,
  type XmlElement,
  type XmlHandler,
} from '#server/convert/saml/xml/tree.ts'

/** They bound the memory. A federation of 10,000 entities has some 10 million characters that are kept. */
const MAXIMUM_ENTITIES = 100_000
const MAXIMUM_CHARACTERS = 96 * 1024 * 1024
/** Of the organization, contacts, display information and attributes of one entity or group. */
const MAXIMUM_SECTIONS = 8 * 1024 * 1024
/** Characters that an element takes as much memory as. */
const ELEMENT = 64

type MetadataReader = XmlHandler & {
  entities: readonly SamlEntity[]
  /** Null: it has no end. */
  validUntil(): Date | null
}

const isGroup = (element: XmlElement | undefined) =>
  element !== undefined && isNamed(element, MD, 'EntitiesDescriptor')
const isEntity = (element: XmlElement | undefined) =>
  element !== undefined && isNamed(element, MD, 'EntityDescriptor')

/** The elements whose place a refusal names. */
export const isPlace = (element: XmlElement): boolean => isGroup(element) || isEntity(element)

/** Refuses, through `refuse`, what is not metadata, or is no longer valid. */
export function createMetadataReader(now: Date, refuse: Refuse): MetadataReader {
  const entities: SamlEntity[] = []
  const path: XmlElement[] = []
  const groups: Group[] = []
  let draft: Draft | null = null
  let characters = 0
  /** Those of the sections since the last entity or group began. */
  let held = 0
  let end: Date | null = null
  /** What is being kept, and the depth of its element. */
  let section: { tree: XmlHandler; depth: number } | null = null

  const isOver = (element: XmlElement) => {
    const validUntil = readValidUntil(element, refuse)
    return validUntil !== null && validUntil <= now
  }

  function inherited(element: XmlElement): Group {
    const { registrar = null, attributes = [], isExpired = false } = groups.at(-1) ?? {}
    return { registrar, attributes: [...attributes], isExpired: isExpired || isOver(element) }
  }

  function openRoot(element: XmlElement): void {
    if (!isPlace(element))
      refuse(
        `The root element is ${element.name}. That of SAML metadata is EntitiesDescriptor or EntityDescriptor.`,
      )
    end = readValidUntil(element, refuse)
    if (end && end <= now) refuse(`The metadata has expired: it was valid until ${end.toISOString()}.`)
  }

  function openEntity(element: XmlElement): void {
    const entityId = attributeOf(element, 'entityID') ?? refuse('An EntityDescriptor has no entityID.')
    if (entities.length >= MAXIMUM_ENTITIES) refuse(`There are more than ${MAXIMUM_ENTITIES} entities.`)
    draft = { ...nothing, roles: [], contacts: [], entityId, ...inherited(element) }
  }

  function hold(size: number): void {
    held += size
    if (held > MAXIMUM_SECTIONS)
      refuse(`The organization, contacts and attributes have more than ${MAXIMUM_SECTIONS} characters.`)
  }

  function openPlace(element: XmlElement): void {
    held = 0
    if (path.length > 0 && !isGroup(path.at(-1))) refuse(`${element.name} is not in a group of entities.`)
    if (isEntity(element)) openEntity(element)
    else groups.push(inherited(element))
  }

  function sectionOf(element: XmlElement) {
    const [outer, parent] = [path.at(-2), path.at(-1)]
    if (draft && isEntity(parent)) return sectionOfEntity(draft, element)
    if (!outer || !parent || !isNamed(parent, MD, 'Extensions')) return undefined
    const subject = draft ?? groups.at(-1)
    if (isPlace(outer)) return subject && sectionOfExtensions(subject, element)
    return draft && roleOf(outer) ? sectionOfRole(draft, element) : undefined
  }

  function openOther(element: XmlElement): void {
    const role = isEntity(path.at(-1)) ? roleOf(element) : undefined
    if (draft && role && !draft.roles.includes(role)) draft.roles.push(role)
    const done = sectionOf(element)
    if (!done) return
    hold(ELEMENT + sizeOf(element))
    section = { tree: createTreeBuilder(done), depth: path.length }
    section.tree.open(element)
  }

  function keep(read: Draft): void {
    // A copy: a part of a longer text would keep all of it in memory.
    const text = JSON.stringify(read)
    characters += text.length
    if (characters > MAXIMUM_CHARACTERS)
      refuse(`The names, contacts and attributes have more than ${MAXIMUM_CHARACTERS} characters.`)
    entities.push(JSON.parse(text) as SamlEntity) // written above
    draft = null
  }

  return {
    entities,
    validUntil: () => end,
    open(element) {
      if (path.length === 0) openRoot(element)
      if (section) {
        hold(ELEMENT + sizeOf(element))
        section.tree.open(element)
      } else if (isPlace(element)) openPlace(element)
      else openOther(element)
      path.push(element)
    },
    text(text) {
      if (!section) return
      hold(text.length)
      section.tree.text(text)
    },
    close(element) {
      path.pop()
      section?.tree.close(element)
      if (section) {
        if (path.length === section.depth) section = null
      } else if (isGroup(element)) groups.pop()
      else if (draft && isEntity(element)) keep(draft)
    },
  }
}

const sizeOf = ({ attributes }: XmlElement) => attributes.reduce((size, { value }) => size + value.length, 0)

const nothing = {
  organization: null,
  displayNames: [],
  informationUrls: [],
  logoUri: null,
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/

/** Null: there is none. A time without a zone is in UTC. */
function readValidUntil(element: XmlElement, refuse: Refuse): Date | null {
  const text = attributeOf(element, 'validUntil')?.trim()
  if (text === undefined) return null
  const [, , zone] = TIME.exec(text) ?? []
  const time = new Date(zone ? text : `${text}Z`)
  if (TIME.test(text) && !Number.isNaN(time.getTime())) return time
  return refuse(`validUntil is ${JSON.stringify(text.slice(0, 40))}, which is not a time in UTC.`)
}
