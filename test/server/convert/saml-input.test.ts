/** Tests what is not read as SAML metadata: each is refused with its place and a sentence. None needs a signature. */
import { expect, test } from 'vitest'
import { readMetadata } from '#server/convert/saml/read.ts'
import { entityXml, groupXml, singleXml } from '#test/helpers/saml-metadata.ts'

const idp = { entityId: 'https://idp.example.org' }
const now = new Date('2026-12-01T00:00:00Z')

function read(given: string | Uint8Array, size = 997, limit: { maximumBytes?: number } = {}) {
  const bytes = Buffer.from(given)
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  return readMetadata(pieces(), { source: 'edu.xml', certificates: null, now, ...limit })
}

const entity = entityXml(idp)
const group = groupXml([idp])
/** The root is in line 2; what follows it, in line 3. */
const inRoot = (content: string) => groupXml([content])
const beforeRoot = (content: string) => group.replace('<md:Ent', `${content}<md:Ent`)

test.each<[what: string, xml: string | Uint8Array, refusal: string | RegExp]>([
  ['an empty file', '', /^edu.xml:1:1: This is not well-formed XML: document must contain a root element/],
  ['text', 'no metadata', /^edu.xml:1:\d+: This is not well-formed XML: /],
  ['HTML', '<!doctype html><p>x', /^edu.xml:1:\d+: This is not well-formed XML: /],
  [
    'another root',
    '<x/>',
    'edu.xml:1:1: The root element is x. That of SAML metadata is EntitiesDescriptor or EntityDescriptor.',
  ],
  [
    'a root of another namespace',
    '\n  <EntityDescriptor xmlns="urn:x" entityID="https://x"/>',
    /^edu.xml:2:3: The root element is EntityDescriptor/,
  ],
  ['a document type', beforeRoot('<!DOCTYPE x>'), /^edu.xml:2:12: It has a document type declaration/],
  [
    'an external entity',
    beforeRoot('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>').replace('https://idp', '&e;'),
    /document type declaration/,
  ],
  [
    'entities of entities',
    beforeRoot('<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'),
    /document type declaration/,
  ],
  [
    'an entity without a declaration',
    inRoot('&nbsp;'),
    /^edu.xml:3:\d+: This is not well-formed XML: undefined entity/,
  ],
  ['an entity of a prototype', inRoot('&constructor;'), /undefined entity/],
  ['a reference to no character', inRoot('&#0;'), /not well-formed XML/],
  [
    'a processing instruction inside',
    inRoot('<?php x ?>'),
    /^edu.xml:3:\d+: It has a processing instruction inside/,
  ],
  ['XML 1.1', group.replace('1.0', '1.1'), 'edu.xml:1:38: Only XML 1.0 is read.'],
  [
    'another encoding',
    group.replace('UTF-8', 'ISO-8859-1'),
    /The encoding ISO-8859-1 is not read. Use UTF-8/,
  ],
  ['UTF-16', Buffer.from(`\uFEFF${group}`, 'utf16le'), /bytes that are not UTF-8/],
  [
    'bytes that are no text',
    Buffer.concat([Buffer.from(group), Buffer.from([0xc3, 0x28])]),
    /bytes that are not UTF-8/,
  ],
  ['an end that is cut off', group.slice(0, -30), /not well-formed XML: unclosed tag/],
  ['a character that is cut off', Buffer.from([...Buffer.from(group), 0xc3]), /bytes that are not UTF-8/],
  ['an unknown prefix', inRoot('<z:x/>'), /unbound namespace prefix/],
  ['an attribute twice', inRoot('<x a="1" a="2"/>'), /duplicate attribute/],
  [
    'too many attributes',
    inRoot(`<x ${Array.from({ length: 129 }, (_, at) => `a${at}="1"`).join(' ')}/>`),
    'edu.xml:3:1: An element has more than 128 attributes.',
  ],
  [
    'too deep elements',
    inRoot('<x>'.repeat(64)),
    /^edu.xml:3:\d+: Elements are nested deeper than 64 levels/,
  ],
  [
    'a text that is too long',
    inRoot(`<x>${'a'.repeat(2_300_000)}</x>`),
    /A tag, a comment or a text is longer/,
  ],
  [
    'a tag that is too long',
    inRoot(`<x a="${'a'.repeat(2_300_000)}"/>`),
    /A tag, a comment or a text is longer/,
  ],
  [
    'a comment that is too long',
    inRoot(`<!--${'a'.repeat(2_300_000)}-->`),
    /A tag, a comment or a text is longer/,
  ],
  [
    'an entity without a name',
    inRoot('\n <md:EntityDescriptor/>'),
    'edu.xml:4:2: An EntityDescriptor has no entityID.',
  ],
  [
    'an entity in an entity',
    inRoot(entity.replace('</md:E', `${entity}</md:E`)),
    /md:EntityDescriptor is not in a group of entities/,
  ],
  [
    'an entity in an extension',
    inRoot(`<md:Extensions>${entity}</md:Extensions>`),
    /is not in a group of entities/,
  ],
  [
    'a group in an entity',
    inRoot(entity.replace('</md:E', '<md:EntitiesDescriptor/></md:E')),
    /is not in a group/,
  ],
  [
    'an end in the past',
    group.replace('2100-01-01', '2026-11-30'),
    'edu.xml:2:1: The metadata has expired: it was valid until 2026-11-30T00:00:00.000Z.',
  ],
  [
    'an end that is no time',
    group.replace('2100-01-01T', 'soon '),
    /^edu.xml:2:1: validUntil is "soon 00:00:00Z", which is not a time/,
  ],
  [
    'an end of an entity that is no time',
    inRoot(entityXml({ ...idp, more: 'validUntil="x"' })),
    /^edu.xml:3:1: validUntil is "x"/,
  ],
  [
    'a signature behind an entity',
    inRoot(`${entity}<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>`),
    /A signature is not the first/,
  ],
  [
    'a signature that is too long',
    groupXml([], {
      inside: `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">${'<a>b</a>'.repeat(140_000)}</Signature>`,
    }),
    /The signature is longer than 262144 characters/,
  ],
])('refuses %s', async (_what, xml, refusal) => {
  await expect(read(xml, 64 * 1024)).rejects.toThrow(refusal)
  await expect(read(xml, 701)).rejects.toThrow(refusal)
})

test('refuses more bytes and more entities than fit', async () => {
  const size = Buffer.byteLength(group)
  expect((await read(group, 100, { maximumBytes: size })).entities).toHaveLength(1)
  const refused = read(group, 100, { maximumBytes: size - 1 })
  await expect(refused).rejects.toThrow(`edu.xml:1:1: It is larger than ${size - 1} bytes.`)
  const many = '<md:EntityDescriptor entityID="x"/>\n'.repeat(100_001)
  const contacts = Array.from({ length: 60_000 }, () => ({ type: 'technical', email: 'a@x.se' }))
  const large = read(groupXml([{ ...idp, contacts }]), 64 * 1024)
  await expect(large).rejects.toThrow(/have more than 8388608 characters/)
  await expect(read(inRoot(many), 64 * 1024)).rejects.toThrow(
    'edu.xml:100003:1: There are more than 100000 entities.',
  )
})

test('reads a group, a single entity, and one without an end', async () => {
  const until = new Date('2100-01-01T00:00:00Z')
  expect(await read(group)).toMatchObject({ entities: [idp], validUntil: until, certificate: null })
  expect(await read(singleXml(idp))).toMatchObject({ entities: [idp], validUntil: until })
  const endless = await read(groupXml([idp], { attributes: '' }))
  expect(endless).toMatchObject({ entities: [idp], validUntil: null })
})

test('reads times in other zones, and without one as UTC', async () => {
  const untilOf = async (text: string) => (await read(group.replace('2100-01-01T00:00:00Z', text))).validUntil
  expect(await untilOf('2100-01-01T01:00:00.5+01:00')).toEqual(new Date('2100-01-01T00:00:00.5Z'))
  expect(await untilOf('2100-01-01T00:00:00')).toEqual(new Date('2100-01-01T00:00:00Z'))
})

test('reads comments, instructions before the root, and any size of pieces', async () => {
  const xml = beforeRoot('<?xml-stylesheet href="x"?><!-- x -->').replace('idp.example', 'i&#x64;p.example')
  for (const size of [1, 2, 3, 64 * 1024]) expect((await read(xml, size)).entities).toMatchObject([idp])
})

test('gives entities what their groups state, and the end of the groups', async () => {
  const inner = [
    '<md:EntitiesDescriptor validUntil="2026-11-01T00:00:00Z"><md:Extensions>',
    '<mdrpi:RegistrationInfo registrationAuthority="https://inner.example.org"/>',
    '</md:Extensions>',
    entityXml({ entityId: 'https://a.example.org' }),
    entityXml({ entityId: 'https://b.example.org', registrar: 'https://own.example.org' }),
    '</md:EntitiesDescriptor>',
  ].join('\n')
  const { entities } = await read(
    groupXml([inner, entityXml({ ...idp, more: 'validUntil="2026-12-02T00:00:00Z"' })]),
  )
  expect(entities).toMatchObject([
    { entityId: 'https://a.example.org', registrar: 'https://inner.example.org', isExpired: true },
    { entityId: 'https://b.example.org', registrar: 'https://own.example.org', isExpired: true },
    { entityId: idp.entityId, registrar: null, isExpired: false },
  ])
})
