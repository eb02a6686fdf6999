/** Reads SignedInfo: what is signed and how (XML Signature 1.1, §4.4). Every form that metadata does not need is refused. */
import type { Refuse } from '#server/convert/refusal.ts'
import {
  DSIG,
  digestOf,
  ENVELOPED,
  type Hash,
  type SignatureAlgorithm,
  signatureAlgorithmOf,
} from '#server/convert/saml/signature/algorithms.ts'
import { EXCLUSIVE } from '#server/convert/saml/xml/canonical.ts'
import { attributeOf, isBlank, isNamed } from '#server/convert/saml/xml/element.ts'
import { elementsOf, textOf, type XmlNode } from '#server/convert/saml/xml/tree.ts'

export type Reference = {
  /** The ID of the signed element. */
  id: string
  /** The prefixes of its InclusiveNamespaces list. */
  inclusive: string[]
  hash: Hash
  digest: Buffer
}

export type SignedInfo = { algorithm: SignatureAlgorithm; reference: Reference }

export function readSignedInfo(node: XmlNode, refuse: Refuse): SignedInfo {
  const references = elementsOf(node).filter(({ element }) => isNamed(element, DSIG, 'Reference'))
  if (references.length > 1)
    refuse(`The signature has ${references.length} references. It must refer to the root element only.`)
  const names = ['CanonicalizationMethod', 'SignatureMethod', 'Reference'] as const
  const { SignatureMethod, Reference } = readSequence(node, names, refuse)
  readSequence(SignatureMethod, [], refuse)
  return {
    algorithm: signatureAlgorithmOf(algorithmOf(SignatureMethod), refuse),
    reference: readReference(Reference, refuse),
  }
}

/** How SignedInfo itself is canonicalized: the prefixes of the InclusiveNamespaces list. */
export function readCanonicalization(node: XmlNode, refuse: Refuse): string[] {
  const [method] = elementsOf(node)
  if (!method || !isNamed(method.element, DSIG, 'CanonicalizationMethod'))
    return refuse('SignedInfo does not begin with a canonicalization method.')
  return readExclusive(method, refuse)
}

function readReference(node: XmlNode, refuse: Refuse): Reference {
  const names = ['Transforms', 'DigestMethod', 'DigestValue'] as const
  const { Transforms, DigestMethod, DigestValue } = readSequence(node, names, refuse)
  const uri = attributeOf(node.element, 'URI') ?? ''
  if (!/^#[\p{L}_][\p{L}\p{N}_.-]*$/u.test(uri))
    refuse('The reference of the signature is not the ID of the root element, such as "#_1".')
  readSequence(DigestMethod, [], refuse)
  const hash = digestOf(algorithmOf(DigestMethod), refuse)
  const inclusive = readTransforms(Transforms, refuse)
  return { id: uri.slice(1), inclusive, hash, digest: decodeBase64(DigestValue, refuse) }
}

function readTransforms(node: XmlNode, refuse: Refuse): string[] {
  const [enveloped, exclusive, ...others] = elementsOf(node)
  const isEnveloped = enveloped && isTransform(enveloped) && algorithmOf(enveloped) === ENVELOPED
  if (!isEnveloped || !exclusive || !isTransform(exclusive) || others.length > 0)
    return refuse(
      'The transforms of the signature are not the enveloped signature and then the exclusive canonicalization. Others are not accepted.',
    )
  readSequence(enveloped, [], refuse)
  return readExclusive(exclusive, refuse)
}

const isTransform = ({ element }: XmlNode) => isNamed(element, DSIG, 'Transform')

/** The prefixes of the InclusiveNamespaces list; an empty one is the default namespace. */
function readExclusive(node: XmlNode, refuse: Refuse): string[] {
  const algorithm = algorithmOf(node)
  if (algorithm !== EXCLUSIVE)
    refuse(
      `The canonicalization ${JSON.stringify(algorithm.slice(0, 100))} is not accepted. Only the exclusive one without comments is: ${EXCLUSIVE}`,
    )
  const [list, ...others] = elementsOf(node)
  if (!list) return []
  if (
    !isNamed(list.element, EXCLUSIVE, 'InclusiveNamespaces') ||
    others.length > 0 ||
    elementsOf(list).length > 0
  )
    refuse('The canonicalization has parameters other than one InclusiveNamespaces list.')
  const prefixes = (attributeOf(list.element, 'PrefixList') ?? '').split(/[\t\n\r ]+/).filter(Boolean)
  return prefixes.map((prefix) => (prefix === '#default' ? '' : prefix))
}

const algorithmOf = ({ element }: XmlNode) => attributeOf(element, 'Algorithm') ?? ''

/** Strictly: a decoder that skips what it does not know would accept other values than the signer meant. */
export function decodeBase64(node: XmlNode, refuse: Refuse): Buffer {
  const text = textOf(node).replaceAll(/[\t\n\r ]/g, '')
  if (
    elementsOf(node).length > 0 ||
    text === '' ||
    !/^(?:[\w+/]{4})*(?:[\w+/]{2}==|[\w+/]{3}=)?$/.test(text) ||
    text.includes('_')
  )
    refuse(`${node.element.local} is not Base64.`)
  return Buffer.from(text, 'base64')
}

/** The children, which must be these elements of XML Signature, once each and in this order. */
export function readSequence<Name extends string>(
  node: XmlNode,
  names: readonly Name[],
  refuse: Refuse,
): Record<Name, XmlNode> {
  const children = elementsOf(node)
  const isSame = children.length === names.length && names.every((name, at) => isChild(children[at], name))
  if (!isSame || !isBlank(textOf(node))) {
    const expected = names.length > 0 ? names.join(', ') : 'nothing'
    refuse(`${node.element.local} of the signature must contain ${expected}, and nothing else.`)
  }
  return Object.fromEntries(names.map((name, at) => [name, children[at]])) as Record<Name, XmlNode> // checked above
}

const isChild = (node: XmlNode | undefined, name: string) =>
  node !== undefined && isNamed(node.element, DSIG, name)
