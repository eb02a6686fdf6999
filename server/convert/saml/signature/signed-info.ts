/** Reads SignedInfo: what is signed and how (XML Signature 1.1, §4.4). Every form that metadata does not need is refused. */
import type { Refuse } from '#server/convert/failures.ts'
import { EXCLUSIVE } from '#server/convert/saml/xml/canonical.ts'
import {
  attributeOf,
  elementsOf,
  isBlank,
  isNamed,
  textOf,
  type XmlNode,
} from '#server/convert/saml/xml/tree.ts'

export type Reference = {
  /** The ID of the signed element. */
  id: string
  /** The prefixes of its InclusiveNamespaces list. */
  inclusive: string[]
  hash: Hash
  digest: Buffer
}

type SignedInfo = { algorithm: SignatureAlgorithm; reference: Reference }

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

/** The algorithms of XML signatures that are accepted, by their identifiers. What is not a row is refused. */
export const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#'
const ENC = 'http://www.w3.org/2001/04/xmlenc#'

const ENVELOPED = `${DSIG}enveloped-signature`

type Hash = 'sha256' | 'sha384' | 'sha512'

const digests: ReadonlyMap<string, Hash> = new Map([
  [`${ENC}sha256`, 'sha256'],
  [`${MORE}sha384`, 'sha384'],
  [`${ENC}sha512`, 'sha512'],
])

export type SignatureAlgorithm = { hash: Hash; keyType: 'rsa' | 'ec' }

const signatures: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  [`${MORE}rsa-sha256`, { hash: 'sha256', keyType: 'rsa' }],
  [`${MORE}rsa-sha384`, { hash: 'sha384', keyType: 'rsa' }],
  [`${MORE}rsa-sha512`, { hash: 'sha512', keyType: 'rsa' }],
  [`${MORE}ecdsa-sha256`, { hash: 'sha256', keyType: 'ec' }],
  [`${MORE}ecdsa-sha384`, { hash: 'sha384', keyType: 'ec' }],
  [`${MORE}ecdsa-sha512`, { hash: 'sha512', keyType: 'ec' }],
])

/** Why a known algorithm is refused; the first pattern that matches. */
const weak: readonly [pattern: RegExp, reason: string][] = [
  [/hmac/i, ', because everyone who can verify an HMAC can also make one'],
  [/sha1$|md5$/i, ', because its hash has collisions'],
  [/sha224$/i, ', because its hash is shorter than SHA-256'],
]

const digestOf = (name: string, refuse: Refuse): Hash =>
  digests.get(name) ?? refuseAlgorithm('digest', name, refuse)

const signatureAlgorithmOf = (name: string, refuse: Refuse): SignatureAlgorithm =>
  signatures.get(name) ?? refuseAlgorithm('signature', name, refuse)

function refuseAlgorithm(kind: string, name: string, refuse: Refuse): never {
  const [, reason = ''] = weak.find(([pattern]) => pattern.test(name)) ?? []
  const shown = JSON.stringify(name.slice(0, 100))
  return refuse(
    `The ${kind} algorithm ${shown} is not accepted${reason}. Accepted are RSA and ECDSA with SHA-256, SHA-384 and SHA-512.`,
  )
}
