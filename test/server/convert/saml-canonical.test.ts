/** Tests the canonical form with random documents: xmlsec1 signs them, and our digest is the same. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readMetadata } from '#server/convert/saml/read.ts'
import { readCertificates } from '#server/convert/saml/signature/certificate.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { groupXml } from '#test/helpers/saml-metadata.ts'
import { makeSigningKey, signatureTemplate, signXml, xmlsecLacking } from '#test/helpers/xmlsec.ts'

const folder = folderInFile('inmor-saml')
const key = inFile(() => makeSigningKey(folder))

const prefix = fc.constantFrom('', 'a', 'b', 'c')
/** Without "&": xmlsec1 does not escape it here, as the standard does. */
const namespace = fc.constantFrom('urn:1', 'urn:2', 'http://x.se/?a=1', 'urn:z')
/** Only the default namespace can be taken back. */
const declaration = fc.oneof(fc.tuple(prefix, namespace), fc.constant<[string, string]>(['', '']))
const value = fc
  .array(
    fc.constantFrom(
      'x',
      ' ',
      '\n',
      '\t',
      '&#9;',
      '&#10;',
      '&#13;',
      '&amp;',
      '&lt;',
      '&quot;',
      "'",
      '>',
      'é',
      '😀',
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''))
const text = fc
  .array(
    fc.constantFrom(
      'x',
      '\n',
      '\r\n',
      '\r',
      '&#13;',
      '&amp;',
      '&gt;',
      '"',
      '😀',
      '<![CDATA[<&>]]>',
      '<!-- c -->',
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''))

type Node = {
  prefix: string
  declared: [string, string][]
  attributes: [string, string][]
  children: (Node | string)[]
}

const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.record({
    prefix,
    declared: fc.uniqueArray(declaration, { maxLength: 3, selector: ([name]) => name }),
    attributes: fc.uniqueArray(fc.tuple(prefix, value), { maxLength: 4, selector: ([name]) => name }),
    children: fc.array(fc.oneof({ depthSize: 'small' }, text, tie('node')), { maxLength: 4 }),
  }),
}))

function write(given: Node | string): string {
  if (typeof given === 'string') return given
  const { prefix: own, declared, attributes, children } = given
  const qualified = (name: string, local: string) => (name === '' ? local : `${name}:${local}`)
  const name = qualified(own, 'n')
  const declarations = declared.map(([each, uri]) => ` xmlns${each === '' ? '' : `:${each}`}="${uri}"`)
  // A local name for each, because two prefixes may stand for one namespace.
  const others = attributes.map(([each, content], at) => ` ${qualified(each, `z${9 - at}`)}="${content}"`)
  return `<${name}${[...others, ...declarations].join('')}>${children.map(write).join('')}</${name}>`
}

const scope = '<a:r xmlns:a="urn:1" xmlns:b="urn:2" xmlns:c="urn:3">'

describe.skipIf(xmlsecLacking !== null)(`the canonical form (${xmlsecLacking ?? 'as by xmlsec1'})`, () => {
  test('is that of xmlsec1', async () => {
    const certificates = await readCertificates(key.certificate)
    const lists = fc.constantFrom(undefined, 'a', '#default b', 'c md unknown')
    await fc.assert(
      fc.asyncProperty(fc.array(node, { minLength: 3, maxLength: 6 }), lists, async (nodes, prefixes) => {
        const inside = signatureTemplate(prefixes === undefined ? {} : { prefixes })
        const xml = groupXml([`${scope}${nodes.map(write).join('')}</a:r>`], { inside })
        const bytes = Buffer.from(await signXml(folder, xml, key))
        async function* pieces() {
          for (let at = 0; at < bytes.length; at += 97) yield bytes.subarray(at, at + 97)
        }
        const read = await readMetadata(pieces(), { source: 'x', certificates, now: new Date() })
        expect(read.certificate).not.toBeNull()
      }),
      { numRuns: 25 },
    )
  })
})
