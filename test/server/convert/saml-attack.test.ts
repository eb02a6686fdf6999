/** Tests that no change of signed SAML metadata is read. */
import { describe, expect, test } from 'vitest'
import { groupXml } from '#test/helpers/saml-metadata.ts'
import { xmlsecLacking } from '#test/helpers/xmlsec.ts'
import { both, evil, signedInFile } from './saml-signed.ts'

const _MORE = 'http://www.w3.org/2001/04/xmldsig-more#'
const { read, signGroup } = signedInFile()

/** Changes to a signed document. */
describe.skipIf(xmlsecLacking !== null)(
  `an attack on what xmlsec1 signed (${xmlsecLacking ?? 'installed'})`,
  () => {
    const signatureIn = (xml: string) => /<ds:Signature [\s\S]*<\/ds:Signature>/.exec(xml)?.[0] ?? ''
    const end = '</md:EntitiesDescriptor>'

    /** Another root with this ID: first the signature and what it gets, then what else the root has. */
    function wrap(
      xml: string,
      id: string,
      content: (root: string) => string,
      object: (root: string) => string = () => '',
    ): string {
      const signature = signatureIn(xml)
      const root = xml.replace(/^.*\n/, '').replace(signature, '').trim()
      const inside = signature.replace('</ds:Signature>', `${object(root)}</ds:Signature>`)
      return groupXml([content(root)], { inside, attributes: `ID="${id}"` })
    }

    test.each<[what: string, attack: (xml: string) => string, sentence: RegExp]>([
      [
        'another entityID',
        (xml) => xml.replace('idp.example', 'evil.example'),
        /changed after it was signed/,
      ],
      ['another text', (xml) => xml.replace('Example', 'Evil'), /changed after it was signed/],
      ['an added entity', (xml) => xml.replace(end, evil + end), /changed after it was signed/],
      [
        'an entity beside the root',
        (xml) => xml.trimEnd() + evil,
        /not well-formed XML: documents may contain only one root/,
      ],
      [
        'a removed entity',
        (xml) => xml.replace(/<md:EntityDescriptor [^>]*sp\.example[\s\S]*?<\/md:EntityDescriptor>/, ''),
        /changed after it was signed/,
      ],
      ['another validUntil', (xml) => xml.replace('2100', '2200'), /changed after it was signed/],
      [
        'space in the name of a namespace',
        (xml) => xml.replace('xmlns:md="urn', 'xmlns:md=" urn'),
        /namespace has space around/,
      ],
      [
        'another digest',
        (xml) => xml.replace(/<ds:DigestValue>./, '<ds:DigestValue>x'),
        /does not verify with the certificate/,
      ],
      [
        'a digest in a comment',
        (xml) => xml.replace(/<ds:DigestValue>/, '<ds:DigestValue>AAAA<!-- -->'),
        /does not verify with the certificate/,
      ],
      ['no signature', (xml) => xml.replace(signatureIn(xml), ''), /The metadata is not signed/],
      [
        'a moved signature',
        (xml) => xml.replace(signatureIn(xml), '').replace(end, signatureIn(xml) + end),
        /The metadata is not signed/,
      ],
      [
        'a signature behind an entity',
        (xml) => xml.replace(signatureIn(xml), evil + signatureIn(xml)),
        /The metadata is not signed/,
      ],
      [
        'two signatures',
        (xml) => xml.replace(signatureIn(xml), signatureIn(xml) + signatureIn(xml)),
        /A signature is not the first element/,
      ],
      [
        'the signed root inside another root',
        (xml) =>
          xml.replace(
            '<md:Ent',
            `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" ID="_evil">${evil}<md:Ent`,
          ) + end,
        /The metadata is not signed/,
      ],
      [
        'the signature in another root, which contains the signed one',
        (xml) => wrap(xml, '_evil', (root) => evil + root),
        /about another element than the root/,
      ],
      [
        'the signed root in another one with the same ID',
        (xml) => wrap(xml, '_root', (root) => evil + root),
        /Another element has the ID of the root element/,
      ],
      [
        'the signed root in an object of the signature',
        (xml) =>
          wrap(
            xml,
            '_evil',
            (root) => evil + root,
            (root) => `<ds:Object>${root}</ds:Object>`,
          ),
        /The signature contains metadata/,
      ],
      [
        'another ID of the same value',
        (xml) => xml.replace('<md:EntityDescriptor', '<md:EntityDescriptor xml:id="_root"'),
        /Another element has the ID of the root element/,
      ],
      ['an end that is cut off', (xml) => xml.slice(0, -40), /not well-formed XML/],
      [
        'an end that is cut off after an entity',
        (xml) => xml.replace(end, ''),
        /not well-formed XML: unclosed tag/,
      ],
      [
        'a document type with the text of an entity',
        (xml) => xml.replace('<md:Ent', '<!DOCTYPE x [<!ENTITY e "evil">]><md:Ent'),
        /document type declaration/,
      ],
      [
        'a processing instruction',
        (xml) => xml.replace(end, `<?x y?>${end}`),
        /processing instruction inside/,
      ],
    ])('%s is refused', async (_what, attack, sentence) => {
      const xml = await signGroup()
      expect(await read(xml)).toEqual(both)
      await expect(read(attack(xml))).rejects.toThrow(sentence)
    })

    test('a comment changes nothing', async () => {
      const xml = (await signGroup()).replace('Example', 'Exa<!-- x -->mple')
      expect(await read(xml)).toEqual(both)
    })
  },
)
