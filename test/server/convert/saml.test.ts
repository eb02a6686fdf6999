/** Tests `inmor convert saml` as a command: its files and its report, and when it writes nothing. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { folderInTest, inFile } from '#test/helpers/in-file.ts'
import { serve } from '#test/helpers/loopback.ts'
import { groupXml } from '#test/helpers/saml-metadata.ts'
import { makeSigningKey, signatureTemplate, signXml, xmlsecLacking } from '#test/helpers/xmlsec.ts'
import { all, idp, runSaml as run, SIRTFI, samlInFile, sp } from './saml-conversion.ts'

const { folder, convert, report } = samlInFile()

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
  const file = join(folder, '1000.xml')
  await writeFile(file, groupXml(all.toReversed()))
  await run([file, '--unsigned', '-o', second])
  const names = ['awaited-members.yaml', 'organizations.yaml', 'trust-mark-types.yaml']
  expect((await readdir(first)).sort()).toEqual(names)
  expect((await readdir(second)).sort()).toEqual(names)
  for (const name of names) {
    const [a, b] = [await readFile(join(first, name), 'utf8'), await readFile(join(second, name), 'utf8')]
    expect(a.replace(/of \d+/, '')).toBe(b.replace(/of \d+/, ''))
    expect(parse(a)).toMatchObject({ apiVersion: 'inmor/v1', anchor: 'main' })
  }
  const before = await Promise.all(names.map((name) => readFile(join(second, name), 'utf8')))
  await run([file, '--unsigned', '-o', second])
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
    const file = join(folder, '2000.xml')
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
