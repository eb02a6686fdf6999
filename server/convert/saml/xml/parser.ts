/** Parses XML in chunks. Refuses what metadata does not need and attacks use: DTDs, entities, instructions, excess. */
import { SaxesParser, type SaxesTagNS } from 'saxes'
import { type Place, type Refuse, SourceError } from '#server/convert/failures.ts'
import type { XmlAttribute, XmlElement, XmlHandler } from '#server/convert/saml/xml/tree.ts'

const limits = {
  /** Elements inside each other. Metadata has about twelve. */
  depth: 64,
  attributes: 128,
  /** Characters of one tag, comment or text. A logo inside metadata has some 100,000. */
  token: 2 * 1024 * 1024,
}

export type XmlParser = {
  write(text: string): void
  /** @throws SourceError when the root element is not closed */
  close(): void
  /** Where the last element begins. */
  place(): Place
  refuseAt(place: Place, sentence: string): never
}

/** Each function throws SourceError. `source` is for the sentences. */
export function createXmlParser(source: string, handler: XmlHandler): XmlParser {
  const parser = new SaxesParser({ xmlns: true, position: true })
  const open: XmlElement[] = []
  let place: Place = { line: 1, column: 1 }
  let attributes = 0
  let unfinished = 0
  const refuseAt = (at: Place, sentence: string): never => {
    throw new SourceError(source, at, sentence)
  }
  const refuse: Refuse = (sentence) => refuseAt(place, sentence)
  const here = (): Place => ({ line: parser.line, column: Math.max(1, parser.column) })
  const refuseHere: Refuse = (sentence) => refuseAt(here(), sentence)
  const note = () => {
    unfinished = 0
  }

  parser.on('error', ({ message }) =>
    refuseHere(`This is not well-formed XML: ${message.replace(/^[\d:]+ /, '')}`),
  )
  parser.on('xmldecl', ({ version, encoding = 'UTF-8' }) => {
    if (version !== '1.0') refuseHere('Only XML 1.0 is read.')
    if (!/^(utf-8|us-ascii)$/i.test(encoding)) refuseHere(`The encoding ${encoding} is not read. Use UTF-8.`)
  })
  parser.on('doctype', () => refuseHere('It has a document type declaration, which metadata must not have.'))
  parser.on('processinginstruction', () => {
    if (open.length > 0) refuseHere('It has a processing instruction inside the root element.')
    note()
  })
  parser.on('opentagstart', ({ name }) => {
    place = { line: parser.line, column: Math.max(1, parser.column - name.length - 1) }
    attributes = 0
    if (open.length >= limits.depth) refuse(`Elements are nested deeper than ${limits.depth} levels.`)
  })
  parser.on('attribute', () => {
    attributes += 1
    if (attributes > limits.attributes) refuse(`An element has more than ${limits.attributes} attributes.`)
  })
  parser.on('opentag', (tag) => {
    note()
    const element = elementOf(tag, open.at(-1)?.scope ?? noNamespaces, refuse)
    open.push(element)
    handler.open(element)
  })
  parser.on('closetag', () => {
    note()
    const element = open.pop()
    if (element) handler.close(element)
  })
  parser.on('comment', note)
  const text = (content: string) => {
    note()
    if (open.length > 0) handler.text(content)
  }
  parser.on('text', text)
  parser.on('cdata', text)

  return {
    write(chunk) {
      unfinished += chunk.length
      parser.write(chunk)
      if (unfinished > limits.token)
        refuseHere(`A tag, a comment or a text is longer than ${limits.token} characters.`)
    },
    close: () => void parser.close(),
    place: () => place,
    refuseAt,
  }
}

const noNamespaces: ReadonlyMap<string, string> = new Map()

function elementOf(tag: SaxesTagNS, outer: ReadonlyMap<string, string>, refuse: Refuse): XmlElement {
  const { name, prefix, local, uri } = tag
  const attributes: XmlAttribute[] = []
  const declared: [prefix: string, uri: string][] = []
  for (const each of Object.values(tag.attributes)) {
    if (each.prefix === 'xmlns') declared.push([each.local, each.value])
    else if (each.name === 'xmlns') declared.push(['', each.value])
    else attributes.push(each)
  }
  // The parser ignores such space, and a canonical form has it.
  if (declared.some(([, value]) => value !== value.trim()))
    refuse('The name of a namespace has space around it.')
  const scope = declared.length > 0 ? new Map([...outer, ...declared]) : outer
  return { name, prefix, local, uri, attributes, scope }
}
