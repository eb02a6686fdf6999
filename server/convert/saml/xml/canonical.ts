/** Writes the exclusive canonical form of an element, without comments (Exclusive XML Canonicalization 1.0), as it is parsed. */
import type { XmlAttribute, XmlElement, XmlHandler } from '#server/convert/saml/xml/tree.ts'

export const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'

/**
 * Calls `write` with the pieces in order. `inclusive` are the prefixes of an InclusiveNamespaces list, whose declarations are
 * written even where no name uses them; the default namespace is an empty prefix.
 */
export function createCanonicalizer(
  write: (text: string) => void,
  inclusive: readonly string[] = [],
): XmlHandler {
  /** The declarations that are written around the next element, the innermost last. */
  const written: ReadonlyMap<string, string>[] = [new Map()]
  return {
    open(element) {
      const outer = written.at(-1) ?? new Map()
      const declared = declarationsOf(element, outer, inclusive)
      written.push(declared.length === 0 ? outer : new Map([...outer, ...declared]))
      write(startTag(element, declared))
    },
    text: (text) => write(escapeText(text)),
    close({ name }) {
      written.pop()
      write(`</${name}>`)
    },
  }
}

type Declaration = [prefix: string, uri: string]

/** Those that the names of the element need and that no element around it has written, by prefix. */
function declarationsOf(
  { prefix, attributes, scope }: XmlElement,
  outer: ReadonlyMap<string, string>,
  inclusive: readonly string[],
): Declaration[] {
  const prefixes = new Set(inclusive).add(prefix)
  for (const each of attributes) if (each.prefix !== '') prefixes.add(each.prefix)
  prefixes.delete('xml')
  const declared: Declaration[] = []
  for (const each of prefixes) {
    const uri = scope.get(each) ?? ''
    if (uri !== (outer.get(each) ?? '')) declared.push([each, uri])
  }
  return declared.length > 1 ? declared.sort(([a], [b]) => compare(a, b)) : declared
}

function startTag({ name, attributes }: XmlElement, declared: readonly Declaration[]): string {
  let tag = `<${name}`
  for (const [prefix, uri] of declared)
    tag += ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeAttribute(uri)}"`
  for (const attribute of inOrder(attributes)) {
    const { prefix, local, value } = attribute
    tag += ` ${prefix === '' ? local : `${prefix}:${local}`}="${escapeAttribute(value)}"`
  }
  return `${tag}>`
}

const inOrder = (attributes: readonly XmlAttribute[]) =>
  attributes.length > 1
    ? attributes.toSorted((a, b) => compare(a.uri, b.uri) || compare(a.local, b.local))
    : attributes

/** Names beyond the basic plane sort otherwise in the standard; such a signature is refused. */
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
}
const referTo = (found: string) => references[found] ?? found

const escapeText = (text: string) => (/[&<>\r]/.test(text) ? text.replaceAll(/[&<>\r]/g, referTo) : text)

const escapeAttribute = (text: string) =>
  /[&<"\t\n\r]/.test(text) ? text.replaceAll(/[&<"\t\n\r]/g, referTo) : text
