/** Tests the signature of SAML metadata against xmlsec1: what it signs is read. */
import { describe, expect, test } from 'vitest'
import { entityXml, groupXml, singleXml } from '#test/helpers/saml-metadata.ts'
import {
  DSIG,
  EXCLUSIVE,
  makeSigningKey,
  signatureTemplate,
  signXml,
  type Template,
  xmlsecLacking,
} from '#test/helpers/xmlsec.ts'
import { both, evil, idp, signedInFile, sp } from './saml-signed.ts'

const MORE = 'http://www.w3.org/2001/04/xmldsig-more#'
const { folder, rsa, ec, read, sign, signGroup } = signedInFile()

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
