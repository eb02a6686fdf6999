/** Tests `inmor convert saml` as a command: what becomes of the parts of metadata, and its files. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { folderInFile, folderInTest, inFile } from '#test/helpers/in-file.ts'
import { serve } from '#test/helpers/loopback.ts'
import { type Answer, inmor } from '#test/helpers/product.ts'
import { CATEGORY, CERTIFICATION, groupXml, type TestEntity } from '#test/helpers/saml-metadata.ts'
import { makeSigningKey, signatureTemplate, signXml, xmlsecLacking } from '#test/helpers/xmlsec.ts'

const folder = folderInFile('inmor-saml')
const SWAMID = 'http://www.swamid.se/'
const SIRTFI = 'https://refeds.org/sirtfi'
const umea = { name: 'umu', displayName: 'Umeå University', url: 'https://www.umu.se/' }
const idp: TestEntity = {
  entityId: 'https://idp.umu.se/idp',
  registrar: SWAMID,
  organization: umea,
  displayName: 'Umeå sign-in',
  attributes: { [CATEGORY]: ['http://refeds.org/category/hide-from-discovery'], [CERTIFICATION]: [SIRTFI] },
  contacts: [
    { type: 'technical', email: 'mailto:Admin@umu.se', name: 'Ann' },
    { type: 'support', email: 'mailto:help@umu.se' },
    { type: 'other', email: 'cert@umu.se', isSecurity: true },
    { type: 'other', email: 'other@umu.se' },
    { type: 'technical', email: 'not an address' },
  ],
}
const sp: TestEntity = {
  entityId: 'https://sp.umu.se',
  role: 'sp',
  registrar: SWAMID,
  organization: umea,
  attributes: { [CATEGORY]: ['https://example.org/other'] },
  contacts: [{ type: 'technical', email: 'admin@umu.se', name: 'Bo' }],
}
const old: TestEntity = { entityId: 'urn:mace:old', registrar: SWAMID, organization: { name: 'Old' } }
const all = [sp, idp, old]

const run = (args: readonly string[]): Promise<Answer> =>
  inmor({ environment: {} }, ['convert', 'saml', ...args])

let files = 0

/** Writes metadata and converts it. */
async function convert(entities: readonly (TestEntity | string)[], ...args: string[]): Promise<Answer> {
  const file = join(folder, `${files++}.xml`)
  await writeFile(file, groupXml(entities))
  return run([file, '--unsigned', ...args])
}

async function report(entities: readonly (TestEntity | string)[], ...args: string[]) {
  const { code, stdout, stderr } = await convert(entities, ...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

/** A mapping table in a file. */
async function mapped(text: string): Promise<string> {
  const file = join(folder, `${files++}.yaml`)
  await writeFile(file, text)
  return `--mapping=${file}`
}

test('prints one document, and the report beside it', async () => {
  const { code, stdout, stderr } = await convert(all, '--anchor=edu')
  expect(code).toBe(0)
  expect(
    stdout.replace(/of \d+\.xml/, 'of edu.xml'),
  ).toBe(`# Made by "inmor convert saml" of edu.xml. A further conversion replaces this file.
apiVersion: inmor/v1
anchor: edu

organizations:
- name: Old
  identifier: Old
  identifierScheme: http://www.swamid.se/
  country: SE
  tags:
  - saml-idp
- name: Umeå University
  identifier: umu
  identifierScheme: http://www.swamid.se/
  country: SE
  contacts:
  - role: SECURITY
    email: cert@umu.se
    name: null
  - role: TECHNICAL
    email: admin@umu.se
    name: Ann
  tags:
  - saml-idp
  - saml-sp
  note: https://www.umu.se/

trustMarkTypes:
- type: https://refeds.org/sirtfi
  description: REFEDS Sirtfi, version 1
  ref: https://refeds.org/sirtfi
  active: false

awaitedMembers:
# Umeå sign-in, Umeå University; saml-idp
# Trust Mark type: https://refeds.org/sirtfi
- entityId: https://idp.umu.se/idp
# Umeå University; saml-sp
- entityId: https://sp.umu.se

# These values have no row in the mapping table, so no type is proposed for them:
# entity-category https://example.org/other
# These entities are skipped:
# urn:mace:old: an Entity Identifier must be an https URL without query and fragment: it is not an https URL with a host
`)
  expect(stderr.replace(/\d+\.xml/, 'edu.xml')).toBe(`Entities in edu.xml: 3. Signature: not checked.
Organizations: 2. Awaited members: 2. Trust Mark types: 1.
Skipped entities: 1. The reasons are at the end of the awaited members.
No row in the mapping table: entity-category https://example.org/other (entities: 1).
Warning: No signature was checked. The metadata may come from anyone.
`)
})

test('writes the same files again, for any order of the entities', async () => {
  const [first, second] = [await folderInTest('inmor-first'), join(await folderInTest('inmor-second'), 'new')]
  const answer = await convert(all, '-o', first)
  expect(answer).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^Entities in \d+\.xml: 3\./),
  })
  await convert(all.toReversed(), '-o', second)
  const names = ['awaited-members.yaml', 'organizations.yaml', 'trust-mark-types.yaml']
  expect((await readdir(first)).sort()).toEqual(names)
  expect((await readdir(second)).sort()).toEqual(names)
  for (const name of names) {
    const [a, b] = [await readFile(join(first, name), 'utf8'), await readFile(join(second, name), 'utf8')]
    expect(a.replace(/of \d+/, '')).toBe(b.replace(/of \d+/, ''))
    expect(parse(a)).toMatchObject({ apiVersion: 'inmor/v1', anchor: 'main' })
  }
  const before = await Promise.all(names.map((name) => readFile(join(second, name), 'utf8')))
  await run([join(folder, `${files - 1}.xml`), '--unsigned', '-o', second])
  expect(await Promise.all(names.map((name) => readFile(join(second, name), 'utf8')))).toEqual(before)
})

test('prints everything about an entity as JSON', async () => {
  const { document, pending, skipped, unmapped, signedBy, validUntil } = await report(all)
  expect(document.awaitedMembers).toEqual([{ entityId: idp.entityId }, { entityId: sp.entityId }])
  expect(pending[0]).toEqual({
    entityId: idp.entityId,
    displayName: 'Umeå sign-in',
    organization: 'Umeå University',
    tags: ['saml-idp'],
    trustMarkTypes: [SIRTFI],
    informationUrl: 'https://www.example.org/about',
    logoUri: 'https://www.example.org/logo.png',
  })
  expect(skipped).toEqual([
    { entityId: 'urn:mace:old', reason: expect.stringMatching(/^an Entity Identifier must/) },
  ])
  expect(unmapped).toEqual([
    { attribute: 'entity-category', value: 'https://example.org/other', entities: 1 },
  ])
  expect({ signedBy, validUntil }).toEqual({ signedBy: null, validUntil: '2100-01-01T00:00:00.000Z' })
})

describe('an entity that cannot be awaited', () => {
  test.each<[what: string, entity: TestEntity, reason: RegExp]>([
    ['an http URL', { entityId: 'http://idp.example.org' }, /: its scheme is not https$/],
    ['a query', { entityId: 'https://idp.example.org?x=1' }, /: it has a query$/],
    ['a fragment', { entityId: 'https://idp.example.org#x' }, /: it has a fragment$/],
    ['an entityID that is there already', idp, /^the metadata has it twice$/],
    [
      'an end in the past',
      { entityId: 'https://a.se', more: 'validUntil="2020-01-01T00:00:00Z"' },
      /^its validUntil has passed$/,
    ],
  ])('is skipped: %s', async (_what, entity, reason) => {
    const { pending, skipped } = await report([idp, entity])
    expect(pending).toHaveLength(1)
    expect(skipped).toEqual([{ entityId: entity.entityId, reason: expect.stringMatching(reason) }])
  })
})

describe('an organization', () => {
  const named = (registrar: string, name: string, displayName = 'One'): TestEntity => ({
    entityId: `https://${name}.example.org`,
    organization: { name, displayName },
    registrar,
  })
  const namesOf = async (...entities: TestEntity[]) =>
    (await report(entities)).organizations.map(({ name }: { name: string }) => name)

  test('has its registrar’s host behind its name where two have one name', async () => {
    expect(await namesOf(named('https://a.se', 'x'), named('https://b.fi', 'x'))).toEqual([
      'One (a.se)',
      'One (b.fi)',
    ])
    const three = await namesOf(
      named('https://a.se', 'x'),
      named('https://a.se', 'y'),
      named('https://b.fi', 'x'),
    )
    expect(three).toEqual([
      expect.stringMatching(/^One \([0-9a-f]{12}\)$/),
      expect.stringMatching(/^One \([0-9a-f]{12}\)$/),
      'One (b.fi)',
    ])
  })

  test('has the name that most of its entities have, cut where it is too long', async () => {
    const other = { ...named('https://a.se', 'x', 'Two'), entityId: 'https://other.example.org' }
    expect(await namesOf(named('https://a.se', 'x'), other, { ...other, entityId: 'https://z.se' })).toEqual([
      'Two',
    ])
    const [long] = await namesOf(named('https://a.se', 'x', 'a'.repeat(300)))
    expect(long).toBe(`${'a'.repeat(199)}…`)
  })

  test.each<[registrar: string, country: string | undefined]>([
    ['https://federation.renater.fr/', 'FR'],
    ['http://ukfederation.org.uk', 'GB'],
    ['https://incommon.org', 'US'],
    ['https://registrar.example.io', undefined],
    ['https://registrar.example.qq', undefined],
    ['urn:registrar', undefined],
  ])('of %s has the country %s', async (registrar, country) => {
    const { organizations } = await report([named(registrar, 'x')])
    expect(organizations[0].country).toBe(country)
  })

  test('has at most 30 contacts', async () => {
    const contacts = Array.from({ length: 31 }, (_, at) => ({ type: 'technical', email: `a${at}@x.se` }))
    const { organizations, warnings } = await report([{ ...named('https://a.se', 'x'), contacts }])
    expect(organizations[0].contacts).toHaveLength(30)
    expect(warnings).toContain(
      'One has 31 contacts. The first 30 are written, as many as an organization can have.',
    )
  })
})

describe('the mapping table', () => {
  test('is printed, and gives the same as none', async () => {
    const { code, stdout } = await run(['--print-mapping'])
    expect(code).toBe(0)
    const mapping = await mapped(stdout)
    expect((await report(all, mapping)).document).toEqual((await report(all)).document)
  })

  test('chooses entities, types, tags, countries, contacts, languages and Entity Identifiers', async () => {
    const mapping = await mapped(`languages: [sv]
roles: [idp]
registrars: ['${SWAMID}']
entity-category:
  https://example.org/c: {type: 'https://edu.example.org/c', validFor: 24, active: true}
contacts: {support: SECURITY}
tags: {idp: provider}
countries: {'${SWAMID}': FI}
entityIds: {'urn:mace:old': 'https://old.umu.se', 'https://left.umu.se': null}
`)
    const left = { ...idp, entityId: 'https://left.umu.se' }
    const elsewhere = { ...idp, entityId: 'https://else.se', registrar: 'https://else.se' }
    const marked = { ...old, attributes: { [CATEGORY]: ['https://example.org/c'] } }
    const { document, pending, skipped } = await report([idp, sp, marked, left, elsewhere], mapping)
    expect(document.organizations).toMatchObject([
      { name: 'Old', country: 'FI', tags: ['provider'] },
      { name: 'Umeå University', contacts: [{ role: 'SECURITY', email: 'help@umu.se', name: null }] },
    ])
    expect(document.trustMarkTypes).toEqual([
      { type: 'https://edu.example.org/c', validFor: 24, active: true },
    ])
    expect(pending).toMatchObject([
      { entityId: idp.entityId },
      { entityId: 'https://old.umu.se', samlEntityId: 'urn:mace:old' },
    ])
    expect(skipped).toEqual([{ entityId: left.entityId, reason: 'the mapping table leaves it out' }])
  })

  test.each<[what: string, text: string, sentence: RegExp]>([
    ['no YAML', 'a: [', /:1:5: This is not YAML: Flow sequence/],
    ['an unknown part', '\nlanguage: en', /:\d+:\d+: .*language/],
    ['an unknown role', 'contacts:\n  technical: BOSS', /:2:14: contacts\.technical: /],
    [
      'a type that is no URL',
      'entity-category:\n  https://x.se:\n    type: x',
      /:3:11: entity-category\.https:\/\/x\.se\.type: This is not an http or https URL/,
    ],
    ['a part twice', 'roles: []\nroles: []', /:2:1: This is not YAML: Map keys must be unique/],
    [
      'a type with two descriptions',
      'entity-category:\n  a: {type: https://x.se}\nassurance-certification:\n  b: {type: https://x.se, active: true}',
      /:4:6: assurance-certification\.b: The type https:\/\/x\.se has other fields above/,
    ],
  ])('is refused with its place: %s', async (_what, text, sentence) => {
    const { code, stdout, stderr } = await convert(all, await mapped(text))
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(sentence)
  })
})

test('text of the metadata does not leave its comment or its value', async () => {
  const entity = {
    ...idp,
    displayName: 'a\n- entityId: https://evil.example.org\u2028- b\u202e',
    organization: { name: 'x: [&#10;!!js y', displayName: "'&amp;x *y # z" },
  }
  const bad = { entityId: 'urn:x&#10;- entityId: https://evil.example.org', organization: { name: 'y' } }
  const { stdout } = await convert([entity, bad])
  expect(parse(stdout)).toMatchObject({ awaitedMembers: [{ entityId: idp.entityId }] })
  expect(parse(stdout).organizations.map(({ name }: { name: string }) => name)).toEqual(["'&x *y # z", 'y'])
  expect(stdout).not.toMatch(/^- entityId: https:\/\/evil/m)
  expect(stdout).not.toMatch(/[\u2028\u202e]/)
})

describe('nothing is written', () => {
  test.each<[what: string, args: string[], code: number, sentence: RegExp]>([
    ['no source', [], 2, /^Name the metadata: a URL or a file\.$/],
    ['neither a certificate nor --unsigned', ['x.xml'], 2, /^Set either --certificate, /],
    ['both', ['x.xml', '--unsigned', '--certificate=x'], 2, /^Set either --certificate, /],
    ['no such file', ['/nowhere/x.xml', '--unsigned'], 1, /^There is no file \/nowhere\/x\.xml\.$/],
    ['a folder', ['/', '--unsigned'], 1, /^\/ cannot be read: EISDIR/],
    ['no such certificate', ['x.xml', '--certificate=/nowhere'], 1, /^\/nowhere cannot be read: ENOENT/],
    ['an http URL', ['http://127.0.0.1:1/x', '--unsigned'], 1, /is not an https URL/],
    ['a private address', ['https://127.0.0.1:1/x', '--unsigned'], 1, /which is not a public address/],
    [
      'no such mapping table',
      ['x.xml', '--unsigned', '--mapping=/nowhere'],
      1,
      /^\/nowhere cannot be read: ENOENT/,
    ],
  ])('with %s', async (_what, args, code, sentence) => {
    const output = join(await folderInTest('inmor-saml'), 'out')
    const answer = await run([...args, '-o', output])
    expect(answer).toMatchObject({ code, stdout: '' })
    expect(answer.stderr.trim()).toMatch(sentence)
    await expect(readdir(output)).rejects.toThrow('ENOENT')
  })

  test('with a fault at the end of the metadata', async () => {
    const output = join(await folderInTest('inmor-saml'), 'out')
    const { code, stdout, stderr } = await convert([idp, '<md:EntityDescriptor/>'], '-o', output)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^\d+\.xml:\d+:1: An EntityDescriptor has no entityID\.\n$/)
    await expect(readdir(output)).rejects.toThrow('ENOENT')
  })
})

test('fetches a URL', async () => {
  const url = await serve((request, response) => {
    if (request.url === '/edu.xml') response.end(groupXml(all))
    else if (request.url === '/moved') response.writeHead(302, { location: '/edu.xml' }).end()
    else if (request.url === '/bad') response.end(`${'x'.repeat(100_000)}`)
    else response.writeHead(404).end()
  })
  const fetched = (path: string) => run([url + path, '--unsigned', '--allow-http'])
  const { stdout } = await fetched('/edu.xml')
  expect(stdout).toContain(`of ${url}/edu.xml. A further`)
  expect(parse(stdout).awaitedMembers).toHaveLength(2)
  expect((await fetched('/moved')).stderr).toMatch(/redirects to \/edu\.xml/)
  expect((await fetched('/none')).stderr).toMatch(/returned HTTP status 404/)
  expect((await fetched('/bad')).stderr).toMatch(/\/bad:1:\d+: This is not well-formed XML/)
})

describe.skipIf(xmlsecLacking !== null)(`signed metadata (${xmlsecLacking ?? 'xmlsec1'})`, () => {
  const key = inFile(() => makeSigningKey(folder))
  const signed = async (xml: string) => {
    const file = join(folder, `${files++}.xml`)
    await writeFile(file, xml)
    return run([file, '--certificate', key.certificate, '--json'])
  }

  test('says whose key signed it', async () => {
    const xml = await signXml(folder, groupXml(all, { inside: signatureTemplate() }), key)
    const { code, stdout } = await signed(xml)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ signedBy: 'CN=Test federation', entities: 3, warnings: [] })
    expect(await signed(xml.replace('umu.se', 'evil.se'))).toMatchObject({
      ...{ code: 1, stdout: '' },
      stderr: expect.stringMatching(/^\d+\.xml:\d+:\d+: The metadata was changed after it was signed/),
    })
  })

  test('warns without validUntil', async () => {
    const xml = groupXml(all, { inside: signatureTemplate(), attributes: 'ID="_root"' })
    const { stdout } = await signed(await signXml(folder, xml, key))
    expect(JSON.parse(stdout).warnings).toEqual(['The metadata has no validUntil: it may be an old copy.'])
  })

  test('needs a certificate with a strong key', async () => {
    const { certificate } = await makeSigningKey(folder, 'RSA-1024')
    const { stderr } = await run(['x.xml', '--certificate', certificate])
    expect(stderr).toMatch(/has an RSA key of 1024 bits\. Accepted are RSA with at least 2048 bits/)
    const file = join(folder, 'no.pem')
    await writeFile(file, 'no certificate')
    expect((await run(['x.xml', '--certificate', file])).stderr).toMatch(/no\.pem has no certificate\./)
  })
})
