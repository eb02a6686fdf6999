import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { CATEGORY, type TestEntity } from '#test/helpers/saml-metadata.ts'
import { all, idp, old, runSaml as run, SWAMID, samlInFile, sp } from './saml-conversion.ts'

const { convert, report, mapped } = samlInFile()

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
