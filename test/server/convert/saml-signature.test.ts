/** Tests the signature of SAML metadata against xmlsec1: what it signs is read, and no attack on it is. */
import { describe, expect, test } from 'vitest'
import { readMetadata } from '#server/convert/saml/read.ts'
import { readCertificates } from '#server/convert/saml/signature/certificate.ts'
import { folderInFile, inFile } from '#test/helpers/in-file.ts'
import { entityXml, groupXml, singleXml, type TestEntity } from '#test/helpers/saml-metadata.ts'
import {
  DSIG,
  EXCLUSIVE,
  makeSigningKey,
  type SigningKey,
  signatureTemplate,
  signXml,
  type Template,
  xmlsecLacking,
} from '#test/helpers/xmlsec.ts'

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#'
const idp: TestEntity = { entityId: 'https://idp.example.org', organization: { name: 'Example &amp; Co' } }
const sp: TestEntity = { entityId: 'https://sp.example.org', role: 'sp' }
const evil = entityXml({ entityId: 'https://evil.example.org' })

const folder = folderInFile('inmor-saml')
const rsa = inFile(() => makeSigningKey(folder))
const ec = inFile(() => makeSigningKey(folder, 'EC'))

/** The entity identifiers that are read; the text arrives in small pieces. */
async function read(xml: string, { certificate }: SigningKey = rsa): Promise<string[]> {
  const bytes = Buffer.from(xml)
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 701) yield bytes.subarray(at, at + 701)
  }
  const certificates = await readCertificates(certificate)
  const { entities } = await readMetadata(pieces(), { source: 'edu.xml', certificates, now: new Date() })
  return entities.map(({ entityId }) => entityId)
}

const sign = (xml: string, key: SigningKey = rsa) => signXml(folder, xml, key)
const signGroup = (template: Template = {}, key: SigningKey = rsa) =>
  sign(groupXml([idp, sp], { inside: signatureTemplate(template) }), key)

const both = [idp.entityId, sp.entityId]

describe.skipIf(xmlsecLacking !== null)(`a signature of xmlsec1 (${xmlsecLacking ?? 'installed'})`, () => {
  test.each<[what: string, template: Template]>([
    ['RSA with SHA-256', {}],
    ['RSA with SHA-384', { method: `${MORE}rsa-sha384`, digest: `${MORE}sha384` }],
    ['RSA with SHA-512', { method: `${MORE}rsa-sha512`, digest: 'http://www.w3.org/2001/04/xmlenc#sha512' }],
    ['a list of prefixes', { prefixes: '#default md saml mdui xs' }],
    ['a certificate in it', { rest: '<ds:KeyInfo><ds:KeyName>x</ds:KeyName></ds:KeyInfo>' }],
  ])('verifies with %s', async (_what, template) => {
    expect(await read(await signGroup(template))).toEqual(both)
  })

  test('verifies with an EC key, and with one of two certificates', async () => {
    const xml = await signGroup({ method: `${MORE}ecdsa-sha256` }, ec)
    expect(await read(xml, ec)).toEqual(both)
    await expect(read(xml, rsa)).rejects.toThrow(/does not verify with the certificate/)
  })

  test('verifies for a single entity', async () => {
    expect(await read(await sign(singleXml(idp, signatureTemplate())))).toEqual([idp.entityId])
  })

  test('verifies any form of the text', async () => {
    const odd = entityXml({
      entityId: 'https://odd.example.org/&#x9;a&#xA;\n\tb&quot;&apos;&lt;&gt;&amp;',
      organization: { name: '<![CDATA[a < b & c]]> d<!-- not text -->e &#x1F600; \r\n\r &#xD; \u00e9' },
      more: 'xmlns="urn:default" xmlns:z="urn:z" xmlns:a="urn:a" z:b="1" a:c="2" b="3" a="4"',
    })
    const inner = '<x xmlns="urn:x"><y xmlns=""><md:z xmlns:md="urn:other"/><x:v xmlns:x="urn:x"/></y></x>'
    const more = groupXml([odd, `<md:Extensions>${inner}</md:Extensions>`], { inside: signatureTemplate() })
    const [entityId] = await read(await sign(more))
    expect(entityId).toBe(`https://odd.example.org/\ta\n  b"'<>&`)
  })

  test.each<[what: string, template: Template, sentence: RegExp]>([
    [
      'a digest with SHA-1',
      { digest: `${DSIG}sha1` },
      /digest algorithm "\S+sha1" is not accepted, because its hash has coll/,
    ],
    ['a digest with SHA-224', { digest: `${MORE}sha224` }, /because its hash is shorter than SHA-256/],
    [
      'RSA with SHA-1',
      { method: `${DSIG}rsa-sha1` },
      /signature algorithm "\S+rsa-sha1" is not accepted, because/,
    ],
    [
      'the inclusive canonicalization of SignedInfo',
      { canonicalization: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315' },
      /canonicalization "\S+20010315" is not accepted/,
    ],
    [
      'the inclusive canonicalization of the document',
      { transforms: [`${DSIG}enveloped-signature`, 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'] },
      /canonicalization "\S+20010315" is not accepted/,
    ],
    [
      'comments in the canonical form',
      { transforms: [`${DSIG}enveloped-signature`, `${EXCLUSIVE}WithComments`] },
      /WithComments" is not accepted. Only the exclusive one without comments/,
    ],
    [
      'no canonicalization',
      { transforms: [`${DSIG}enveloped-signature`] },
      /transforms of the signature are not/,
    ],
    [
      'a further transform',
      { transforms: [`${DSIG}enveloped-signature`, EXCLUSIVE, EXCLUSIVE] },
      /transforms of the signature are not/,
    ],
    [
      'a reference to the whole document',
      { reference: '' },
      /reference of the signature is not the ID of the root/,
    ],
    [
      'two references',
      {
        references: `<ds:Reference URI="#_root"><ds:Transforms><ds:Transform Algorithm="${DSIG}enveloped-signature"/>
<ds:Transform Algorithm="${EXCLUSIVE}"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
<ds:DigestValue/></ds:Reference>`,
      },
      /has 2 references/,
    ],
    [
      'an object',
      { rest: '<ds:Object>x</ds:Object>' },
      /Signature of the signature must contain SignedInfo, SignatureValue/,
    ],
    [
      'metadata in the signature',
      { rest: `<ds:KeyInfo>${evil}</ds:KeyInfo>` },
      /The signature contains metadata/,
    ],
  ])('refuses %s', async (_what, template, sentence) => {
    const xml = groupXml([idp, sp], { inside: signatureTemplate(template) })
    await expect(read(await sign(xml))).rejects.toThrow(sentence)
  })

  test('refuses an HMAC', async () => {
    const xml = groupXml([idp], { inside: signatureTemplate({ method: `${MORE}hmac-sha256` }) })
    await expect(read(await signXml(folder, xml, rsa, { hmac: true }))).rejects.toThrow(/can verify an HMAC/)
  })

  test('refuses an unknown key, also with its certificate in the document', async () => {
    await expect(read(await signGroup({}, await makeSigningKey(folder)))).rejects.toThrow(
      /another key signed it/,
    )
  })
})

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
