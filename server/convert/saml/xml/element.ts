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
