/** Elements of XML with their namespaces, as the parser reports them. */

export type XmlAttribute = { prefix: string; local: string; uri: string; value: string }

export type XmlElement = {
  /** The prefix, a colon and the local name. */
  name: string
  prefix: string
  local: string
  /** Its namespace; empty: none. */
  uri: string
  /** Without declarations of namespaces. */
  attributes: readonly XmlAttribute[]
  /** The namespaces in its scope by prefix; the default one has an empty prefix. */
  scope: ReadonlyMap<string, string>
}

export type XmlHandler = {
  open(element: XmlElement): void
  /** Text may arrive in parts. */
  text(text: string): void
  close(element: XmlElement): void
}

/** The value of an attribute without a namespace. */
export const attributeOf = (
  { attributes }: Pick<XmlElement, 'attributes'>,
  local: string,
): string | undefined => attributes.find((each) => each.uri === '' && each.local === local)?.value

/** Whether an element has this name in this namespace. */
export const isNamed = (element: Pick<XmlElement, 'uri' | 'local'>, uri: string, local: string): boolean =>
  element.local === local && element.uri === uri

export const isBlank = (text: string): boolean => !/[^\t\n\r ]/.test(text)

/** A part of a document as a tree: the signature, or one section of an entity. */
export type XmlNode = { element: XmlElement; children: (XmlNode | string)[] }

/** Takes the events from the first `open` to its `close`, and gives the tree to `done` then. */
export function createTreeBuilder(done: (root: XmlNode) => void): XmlHandler {
  const open: XmlNode[] = []
  return {
    open(element) {
      const node: XmlNode = { element, children: [] }
      open.at(-1)?.children.push(node)
      open.push(node)
    },
    text(text) {
      open.at(-1)?.children.push(text)
    },
    close() {
      const node = open.pop()
      if (node && open.length === 0) done(node)
    },
  }
}

/** Sends a tree as the events that made it. */
export function walk({ element, children }: XmlNode, handler: XmlHandler): void {
  handler.open(element)
  for (const child of children)
    if (typeof child === 'string') handler.text(child)
    else walk(child, handler)
  handler.close(element)
}

export const elementsOf = ({ children }: XmlNode): XmlNode[] =>
  children.filter((child) => typeof child !== 'string')

/** The children of this name. */
export const childrenOf = (node: XmlNode, uri: string, local: string): XmlNode[] =>
  elementsOf(node).filter(({ element }) => isNamed(element, uri, local))

/** Its own text, without that of its elements. */
export const textOf = ({ children }: XmlNode): string =>
  children.filter((child) => typeof child === 'string').join('')
