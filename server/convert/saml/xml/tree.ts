/** A part of a document as a tree: the signature, or one section of an entity. */
import { isNamed, type XmlElement, type XmlHandler } from '#server/convert/saml/xml/element.ts'

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
