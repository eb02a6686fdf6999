/** Verifies a Signature element: its SignedInfo is read from the very bytes that the key has signed. */
import { verify } from 'node:crypto'
import type { Refuse } from '#server/convert/failures.ts'
import type { SigningCertificate } from '#server/convert/saml/signature/certificate.ts'
import {
  DSIG,
  decodeBase64,
  type Reference,
  readCanonicalization,
  readSequence,
  readSignedInfo,
  type SignatureAlgorithm,
} from '#server/convert/saml/signature/signed-info.ts'
import { createCanonicalizer } from '#server/convert/saml/xml/canonical.ts'
import { createXmlParser } from '#server/convert/saml/xml/parser.ts'
import { createTreeBuilder, elementsOf, isNamed, walk, type XmlNode } from '#server/convert/saml/xml/tree.ts'

/** Characters of SignedInfo. One reference needs about 1,000. */
const MAXIMUM = 64 * 1024

/** Verified, with its reference: what must be digested, and the expected digest. */
export type VerifiedSignature = { reference: Reference; certificate: SigningCertificate }

export function verifySignature(
  node: XmlNode,
  certificates: readonly SigningCertificate[],
  refuse: Refuse,
): VerifiedSignature {
  const keyInfo = elementsOf(node).filter(({ element }) => isNamed(element, DSIG, 'KeyInfo'))
  // The certificate in the document proves nothing; that of the operator counts.
  const parts = { ...node, children: node.children.filter((child) => child !== keyInfo[0]) }
  const { SignedInfo, SignatureValue } = readSequence(parts, ['SignedInfo', 'SignatureValue'], refuse)
  const bytes = canonicalize(SignedInfo, readCanonicalization(SignedInfo, refuse), refuse)
  const { algorithm, reference } = readSignedInfo(parse(bytes, refuse), refuse)
  const signature = decodeBase64(SignatureValue, refuse)
  const certificate = certificates.find((each) => isSignedBy(each, algorithm, bytes, signature))
  if (certificate) return { reference, certificate }
  return refuse(
    'The signature does not verify with the certificate. The metadata was changed, or another key signed it.',
  )
}

function isSignedBy(
  { key }: SigningCertificate,
  { hash, keyType }: SignatureAlgorithm,
  bytes: string,
  signature: Buffer,
): boolean {
  if (key.asymmetricKeyType !== keyType) return false
  return verify(hash, Buffer.from(bytes), { key, dsaEncoding: 'ieee-p1363' }, signature)
}

function canonicalize(node: XmlNode, inclusive: readonly string[], refuse: Refuse): string {
  let text = ''
  walk(
    node,
    createCanonicalizer((piece) => {
      text += piece
      if (text.length > MAXIMUM) refuse(`SignedInfo is longer than ${MAXIMUM} characters.`)
    }, inclusive),
  )
  return text
}

function parse(text: string, refuse: Refuse): XmlNode {
  const roots: XmlNode[] = []
  const parser = createXmlParser(
    'SignedInfo',
    createTreeBuilder((root) => roots.push(root)),
  )
  parser.write(text)
  parser.close()
  return roots[0] ?? refuse('SignedInfo is empty.')
}
