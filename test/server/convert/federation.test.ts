/** Copies a living anchor of ours with `inmor convert federation`: an empty installation then states the same. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import type { FileDocument } from '#server/as-code/document.ts'
import { adminInFile, type TestAdmin } from '#test/helpers/admin.ts'
import { relyingParty, startEntity, type TestEntity } from '#test/helpers/entity.ts'
import { folderInTest } from '#test/helpers/in-file.ts'
import { apply, succeed } from './apply.ts'
import { convert, convertToJson } from './convert.ts'

const type = 'https://source.example/marks/member'
const foreignType = 'https://source.example/marks/foreign'
const owner = 'https://owner.example'

const source = adminInFile()
const target = adminInFile()

let members: TestEntity[]

const constraints = { max_path_length: 2, allowed_entity_types: ['openid_relying_party', 'openid_provider'] }

const scopes = (...values: string[]) => ({ openid_relying_party: { scope: { subset_of: values } } })

/** What the source states about each, beyond what is the same for all. */
const stated: object[] = [
  {},
  { metadataPolicy: scopes('openid') },
  { constraints: { max_path_length: 0, allowed_entity_types: ['openid_relying_party'] } },
  {
    forcedMetadata: { openid_relying_party: { client_name: 'Stated', contacts: ['a@x.example'] } },
    additionalClaims: { registration_policy: ['https://x.example/policy'], 'line\u0085break': '\u009b31m' },
    validFor: 48,
  },
]

beforeAll(async () => {
  const metadata = {
    openid_relying_party: {
      ...relyingParty.openid_relying_party,
      scope: 'openid profile',
      contacts: ['x@x.example'],
    },
  }
  const authorityHints = [source.entityId, target.entityId]
  members = await Promise.all(stated.map(() => startEntity({ metadata, authorityHints })))
  const ownerKeys = { keys: [toPublicJwk(await generateSigningKey('ES256'))] }
  const set = (name: string, input: object) => succeed(source, name, input)
  await set('updateTrustAnchor', {
    organizationName: 'Source',
    organization: { contacts: ['ops@source.example'], 'display_name#de': 'Quelle' },
    endpoints: ['RESOLVE', 'TRUST_MARK', 'TRUST_MARK_LIST', 'TRUST_MARK_STATUS', 'EXTENDED_LIST'],
    endpointAuthMethods: { resolve: ['none', 'private_key_jwt'] },
    statementHours: 72,
    entityConfigurationHours: 36,
    constraints,
    trustMarkIssuers: { [foreignType]: ['https://issuer.example'] },
    trustMarkOwners: { [foreignType]: { sub: owner, jwks: ownerKeys } },
  })
  const metadataPolicy = {
    openid_relying_party: { contacts: { essential: true }, scope: { subset_of: ['openid', 'profile'] } },
    openid_provider: { subject_types_supported: { default: ['pairwise'] } },
  }
  await set('updateFederationPolicy', { metadataPolicy })
  const terms = {
    validFor: 400,
    ref: 'https://source.example/ref',
    logoUri: 'https://source.example/logo.png',
  }
  await set('createTrustMarkType', { type, ...terms })
  for (const [at, { id: entityId }] of members.entries())
    await set('registerSubordinate', { entityId, ...stated[at] })
  const additionalClaims = { level: 'high' }
  const marks = [{}, { validFor: 300, additionalClaims }, {}]
  for (const [at, fields] of marks.entries())
    await set('issueTrustMark', { trustMarkType: type, entityId: members[at]?.id, ...fields })
  await source.server.publisher.flush()
})
afterAll(async () => void (await Promise.all(members.map((member) => member.close()))))

const convertSource = () => convertToJson('federation', source.entityId)
const fieldsOf = (document: FileDocument, section: 'members' | 'trustMarks') =>
  document[section] as Record<string, unknown>[] // lists

/** The claims of a JWT that an anchor serves, as if the source had issued it, without times. */
async function claimsAt(admin: TestAdmin, path: string, parameters: Record<string, string> = {}) {
  const text = await (await admin.get(path, parameters)).text()
  const named = JSON.stringify(decodeJwt(text)).replaceAll(admin.entityId, source.entityId)
  const { iat, exp, jti: _jti, ...claims } = JSON.parse(named)
  return { ...claims, life: exp - iat }
}

test('takes the settings, and gives each member only what is its own', async () => {
  const { document, notes } = await convertSource()
  const [first, second] = members.map(({ id }) => id)
  expect(document).toMatchObject({
    apiVersion: 'inmor/v1',
    anchor: 'main',
    settings: {
      organizationName: 'Source',
      organization: { contacts: ['ops@source.example'], 'display_name#de': 'Quelle' },
      endpoints: ['RESOLVE', 'TRUST_MARK_STATUS', 'TRUST_MARK_LIST', 'TRUST_MARK', 'EXTENDED_LIST'],
      endpointAuthMethods: { resolve: ['none', 'private_key_jwt'] },
      authorityHints: [],
      statementHours: 72,
      entityConfigurationHours: 36,
      constraints,
      trustMarkIssuers: { [foreignType]: ['https://issuer.example'] },
      trustMarkOwners: { [foreignType]: { sub: owner } },
    },
    metadataPolicy: {
      openid_relying_party: { contacts: { essential: true }, scope: { subset_of: ['openid', 'profile'] } },
      openid_provider: { subject_types_supported: { default: ['pairwise'] } },
    },
    trustMarkTypes: [
      { type, validFor: 400, ref: 'https://source.example/ref', logoUri: 'https://source.example/logo.png' },
    ],
  })
  const nothing = { forcedMetadata: null, metadataPolicy: null, additionalClaims: null, validFor: null }
  for (const [at, { id: entityId, keys: jwks }] of members.entries())
    expect(fieldsOf(document, 'members').find((member) => member.entityId === entityId)).toEqual({
      ...{ entityId, active: true, jwks, ...nothing, constraints: null },
      ...stated[at],
    })
  const marks = fieldsOf(document, 'trustMarks')
  expect(marks).toHaveLength(3)
  expect(marks.find((mark) => mark.entityId === first)).toMatchObject({
    validFor: 400,
    additionalClaims: null,
  })
  expect(marks.find((mark) => mark.entityId === second)).toMatchObject({
    validFor: 300,
    additionalClaims: { level: 'high' },
  })
  const [kid] = source.server.anchors.first.signingKeys.current().statementKeys.keys.map((key) => key.kid)
  expect(notes).toBe(
    `These keys of ${source.entityId} are trusted from now on. Compare their thumbprints with those that its operator shows, or name its keys with --keys:\n  ${kid} (kid ${kid})\n`,
  )
})

test('makes the same bytes twice, also as YAML, in which no value controls a terminal', async () => {
  const [once, again] = [
    await convert('federation', source.entityId),
    await convert('federation', source.entityId),
  ]
  expect(again).toEqual(once)
  const { document } = await convertSource()
  expect(parse(once.stdout)).toEqual(document)
  expect(once.stdout).not.toMatch(/[\p{Cc}--\n]/v)
})

test('writes the file of the named anchor into a folder', async () => {
  const folder = join(await folderInTest('inmor-convert'), 'new')
  const { stdout } = await convert('federation', source.entityId, '--anchor=edu', '-o', folder)
  expect(stdout).toBe(`${join(folder, 'edu.yaml')}: 4 members, 3 Trust Marks.\n`)
  const { document } = await convertSource()
  expect(parse(await readFile(join(folder, 'edu.yaml'), 'utf8'))).toEqual({ ...document, anchor: 'edu' })
})

test('an empty installation that the file was applied to states the same', async () => {
  const { document } = await convertSource()
  await apply(target, document)
  for (const { id: sub } of members)
    expect(await claimsAt(target, '/fetch', { sub })).toEqual(await claimsAt(source, '/fetch', { sub }))
  for (const sub of members.slice(0, 3).map(({ id }) => id)) {
    const mark = { trust_mark_type: type, sub }
    expect(await claimsAt(target, '/trust_mark', mark)).toEqual(await claimsAt(source, '/trust_mark', mark))
  }
  const configuration = '/.well-known/openid-federation'
  const { jwks: _keys, ...claims } = await claimsAt(source, configuration)
  expect(await claimsAt(target, configuration)).toMatchObject(claims)
  expect(await (await target.get('/list')).json()).toEqual(await (await source.get('/list')).json())

  const copied = await convertToJson('federation', target.entityId)
  expect(copied.document).toEqual(document)
})
