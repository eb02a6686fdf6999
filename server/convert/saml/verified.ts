/**
 * Verifies a signed document while it arrives, and passes on the canonical bytes that were digested. A reader of these bytes
 * sees what the federation signed, and nothing else. What it found counts only after `close`.
 */
import { createHash, type Hash, timingSafeEqual } from 'node:crypto'
import type { Place, Refuse } from '#server/convert/failures.ts'
import type { SigningCertificate } from '#server/convert/saml/signature/certificate.ts'
import { type VerifiedSignature, verifySignature } from '#server/convert/saml/signature/signature.ts'
import { DSIG } from '#server/convert/saml/signature/signed-info.ts'
import { createCanonicalizer } from '#server/convert/saml/xml/canonical.ts'
import { createXmlParser } from '#server/convert/saml/xml/parser.ts'
import {
  attributeOf,
  createTreeBuilder,
  isBlank,
  isNamed,
  type XmlElement,
  type XmlHandler,
  type XmlNode,
} from '#server/convert/saml/xml/tree.ts'

/** Characters. Signatures have certificates in them. */
const MAXIMUM_SIGNATURE = 256 * 1024
const MAXIMUM_SPACE = 64 * 1024

export type Verified = {
  write(text: string): void
  /** Null: the document was read unsigned. @throws SourceError */
  close(): SigningCertificate | null
  refuse: Refuse
}

type Options = {
  /** For the sentences. */
  source: string
  /** Null: no signature is needed, and none is checked. */
  certificates: readonly SigningCertificate[] | null
  /** Takes the canonical form in pieces. */
  write(text: string): void
  /** Whether pieces end before and after the tag of this element, so that what is read there has a place. */
  isPlace(element: XmlElement): boolean
}

export function createVerified({ source, certificates, write, isPlace }: Options): Verified {
  const parser = createXmlParser(source, { open, text, close })
  let depth = 0
  let root: XmlElement | null = null
  let rootPlace: Place | null = null
  /** While it is set, a refusal is about it. */
  let about: Place | null = null
  const refuse: Refuse = (sentence) => parser.refuseAt(about ?? parser.place(), sentence)
  /** The text of the root element before its first child. */
  let before = ''
  let signature: XmlHandler | null = null
  let verified: VerifiedSignature | null = null
  let hash: Hash | null = null
  let body: XmlHandler | null = null
  let pieces = ''

  function flush(): void {
    if (pieces === '') return
    hash?.update(pieces, 'utf8')
    write(pieces)
    pieces = ''
  }

  /** The document after the signature, or all of it. */
  function begin(start: XmlElement): XmlHandler {
    const inclusive = verified?.reference.inclusive ?? []
    hash = verified && createHash(verified.reference.hash)
    const canonical = createCanonicalizer((piece) => {
      pieces += piece
      if (pieces.length > 16_384) flush()
    }, inclusive)
    // It is passed on after the signature, which says how.
    about = rootPlace
    canonical.open(start)
    flush()
    about = null
    if (before !== '') canonical.text(before)
    return canonical
  }

  function openSignature(start: XmlElement): XmlHandler {
    let size = 0
    const count = (text: string) => {
      size += text.length
      if (size > MAXIMUM_SIGNATURE) refuse(`The signature is longer than ${MAXIMUM_SIGNATURE} characters.`)
    }
    const tree = createTreeBuilder(endSignature)
    tree.open(start)
    return {
      open(element) {
        // Also in what is not read, such as KeyInfo: another reader may look there.
        if (element.uri === root?.uri) refuse('The signature contains metadata.')
        if (isNamed(element, DSIG, 'Signature')) refuse('The signature contains another signature.')
        count(element.name)
        for (const { local, value } of element.attributes) count(local + value)
        tree.open(element)
      },
      text(content) {
        count(content)
        tree.text(content)
      },
      close: tree.close,
    }
  }

  function endSignature(node: XmlNode): void {
    signature = null
    if (!root) return
    if (certificates) verified = verifySignature(node, certificates, refuse)
    if (verified && verified.reference.id !== attributeOf(root, 'ID'))
      refuse(
        'The signature is about another element than the root. Only what the root contains would be read.',
      )
    body = begin(root)
  }

  /** Another element with the ID of the root makes it unclear which one is signed. */
  function refuseId({ attributes }: XmlElement): void {
    const id = root && attributeOf(root, 'ID')
    const isSame = attributes.some(({ local, value }) => /^id$/i.test(local) && value === id)
    if (id && isSame) refuse('Another element has the ID of the root element.')
  }

  function open(element: XmlElement): void {
    depth += 1
    if (!root) {
      root = element
      rootPlace = parser.place()
      return
    }
    refuseId(element)
    if (signature) {
      signature.open(element)
      return
    }
    const isSignature = isNamed(element, DSIG, 'Signature')
    if (!body && depth === 2 && isSignature) {
      signature = openSignature(element)
      return
    }
    if (isSignature) refuse('A signature is not the first element in the root element.')
    if (!body && certificates) refuseUnsigned()
    body ??= begin(root)
    if (isPlace(element)) flush()
    body.open(element)
    if (isPlace(element)) flush()
  }

  function refuseUnsigned(): never {
    return refuse(
      'The metadata is not signed: the first element in the root element is not a signature. Read it with --unsigned if you trust it anyway.',
    )
  }

  function text(content: string): void {
    if (signature) signature.text(content)
    else if (body) body.text(content)
    else if (isBlank(content) && before.length < MAXIMUM_SPACE) before += content
    else refuse('The root element begins with text.')
  }

  function close(element: XmlElement): void {
    depth -= 1
    if (signature) signature.close(element)
    else if (!root || depth > 0) body?.close(element)
    else end(root)
  }

  function end(start: XmlElement): void {
    if (!body && certificates) refuseUnsigned()
    body ??= begin(start)
    body.close(start)
    flush()
  }

  return {
    write: parser.write,
    close() {
      parser.close()
      if (!verified) return null
      const digest = hash?.digest() ?? Buffer.alloc(0)
      const { reference, certificate } = verified
      if (digest.length === reference.digest.length && timingSafeEqual(digest, reference.digest))
        return certificate
      return refuse('The metadata was changed after it was signed: its digest is another one.')
    },
    refuse,
  }
}
