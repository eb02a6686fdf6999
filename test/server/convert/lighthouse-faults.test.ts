/** `inmor convert lighthouse` of other versions, of bad answers, and with a user. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { generateSigningKey, type JwkSet, toPublicJwk } from '#core/keys.ts'
import { folderInTest } from '#test/helpers/in-file.ts'
import { convertToJson, refusalOf } from './convert.ts'
import {
  BASE,
  configurationAnswer,
  essential,
  recorded,
  serveLighthouse,
  subordinateAnswers,
} from './lighthouse-api.ts'

const anchor = 'https://lighthouse.example'
let jwks: JwkSet
beforeAll(async () => {
  jwks = { keys: [toPublicJwk(await generateSigningKey('ES256'))] }
})

const recordedAnswers = () => {
  const ids = ['https://a.example', 'https://b.example', 'https://c.example']
  return recorded(
    anchor,
    ids.map((id) => ({ id, keys: jwks })),
  )
}
const convertAll = (api: { url: string }) => convertToJson('lighthouse', api.url)

test('the forms of earlier versions, and the general policy of an anchor without members', async () => {
  const entity_id = 'https://a.example'
  const rows = [{ id: 1, claim: 'policy_of', value: 'x', crit: false }]
  const earlier = {
    id: 'uuid-1',
    entity_id,
    status: 'active',
    jwks: { ID: 4, keys: jwks },
    metadata_policies: essential(true),
  }
  const api = await serveLighthouse({
    ...configurationAnswer(anchor),
    ...subordinateAnswers([]),
    '/subordinates': [earlier],
    '/subordinates/uuid-1': { ...earlier, additional_claims: rows },
    '/trust-marks/issuance-spec': null,
  })
  const { document, notes } = await convertAll(api)
  expect(document.members).toMatchObject([
    { entityId: entity_id, jwks, additionalClaims: { policy_of: 'x' }, metadataPolicy: essential(true) },
  ])
  expect(notes).toBe('')

  const empty = { ...configurationAnswer(anchor), ...subordinateAnswers([]) }
  const alone = await serveLighthouse({ ...empty, '/subordinates/metadata-policies': essential(true) })
  const { document: general } = await convertAll(alone)
  expect(general).toMatchObject({ metadataPolicy: essential(true), settings: { constraints: {} } })
})

test('asks with the user of the options, at the address of the API', async () => {
  const api = await serveLighthouse(recordedAnswers())
  api.authorization = `Basic ${Buffer.from('admin:p:ss').toString('base64')}`
  const folder = await folderInTest('inmor-convert')
  const file = join(folder, 'password')
  await writeFile(file, 'p:ss\n')
  const user = ['--user=admin', `--password-file=${file}`]
  const { document } = await convertToJson('lighthouse', `${api.url}${BASE}/`, ...user)
  expect(document.members).toHaveLength(3)
  expect(api.requests.every((path) => path.startsWith(`${BASE}/`) && !path.includes(`${BASE}${BASE}`))).toBe(
    true,
  )

  const asks = `${api.url}${BASE}/entity-configuration asks for a user who may read it.`
  expect(await refusalOf('lighthouse', api.url)).toBe(`${asks} Use --user and --password-file.\n`)
  await writeFile(file, 'wrong')
  expect(await refusalOf('lighthouse', api.url, ...user)).toBe(`${asks} Check --user and --password-file.\n`)
  expect(await refusalOf('lighthouse', api.url, '--user=admin')).toBe(
    'Set both --user and --password-file.\n',
  )
  const missing = await refusalOf('lighthouse', api.url, '--user=admin', '--password-file=/nowhere/x')
  expect(missing).toBe('/nowhere/x cannot be read. --password-file needs a file with the password.\n')
})

const INCOMPLETE =
  'The source is incomplete. Nothing is written. To leave out what cannot be read, use --partial:\n'

test.for<[what: string, path: string, value: unknown, sentence: RegExp]>([
  [
    'another server',
    '/entity-configuration',
    [],
    /\/entity-configuration returned something else than the admin API of lighthouse does\.\n$/,
  ],
  [
    'a configuration without keys',
    '/entity-configuration',
    { iss: anchor, sub: anchor, iat: 1, exp: 2 },
    /: jwks is missing\.\n$/,
  ],
  ['no list', '/subordinates', { error: 'x' }, /\/subordinates returned something else than .*\.\n$/],
  ['a list without states', '/subordinates', [{ id: 1, entity_id: 'x' }], / does at 0\.status\.\n$/],
  [
    'no lifetime',
    '/subordinates/lifetime',
    0,
    /\/subordinates\/lifetime returned something else than .*\.\n$/,
  ],
  [
    'a policy that is none',
    '/subordinates/metadata-policies',
    { x: 1 },
    /\/metadata-policies: .* must be a JSON object, not 1\.\n$/,
  ],
  [
    'a critical claim',
    '/subordinates/2/additional-claims',
    [{ id: 4, claim: 'policy_of', value: ['x'], crit: true }],
    RegExp(`^${INCOMPLETE}http:\\S+/subordinates/2: crit lists "policy_of", which is not supported\\.\n$`),
  ],
  [
    'a member without keys',
    '/subordinates/1',
    { id: 1, entity_id: 'https://a.example', status: 'active' },
    RegExp(`^${INCOMPLETE}http:\\S+/subordinates/1: jwks must .*\n$`),
  ],
  [
    'a subject that is no entity',
    '/trust-marks/issuance-spec/5/subjects',
    [{ id: 1, entity_id: 'x', status: 'active' }],
    RegExp(`^${INCOMPLETE}http:\\S+/subjects: "x" is not an Entity Identifier: .*\n$`),
  ],
])('%s', async ([, path, value, sentence]) => {
  const api = await serveLighthouse({ ...recordedAnswers(), [path]: value })
  expect(await refusalOf('lighthouse', api.url)).toMatch(sentence)
})

test('says what a file cannot have', async () => {
  const spec = {
    id: 5,
    trust_mark_type: 'https://lighthouse.example/marks/checked',
    eligibility_config: { mode: 'check_only' },
  }
  const api = await serveLighthouse({
    ...recordedAnswers(),
    '/subordinates/metadata-policy-crit': ['except'],
    '/subordinates/metadata-policies': { openid_provider: { scope: { except: ['x'] } } },
    '/trust-marks/issuance-spec': [spec],
  })
  const { notes, document } = await convertAll(api)
  expect(document.trustMarkTypes).toMatchObject([{ type: spec.trust_mark_type }])
  for (const sentence of [
    'Policies have operators that are not known, which the file leaves out: except.',
    'Statements with the operators except have metadata_policy_crit, which the file leaves out.',
    `Trust Marks of ${spec.trust_mark_type} never expire. In the file they have the default validity.`,
    `The checks that decide about Trust Marks of ${spec.trust_mark_type} are not in the file. Write them in the section checks.`,
    `${spec.trust_mark_type} is not among the trust_mark_issuers of the source. Here an active type always is.`,
  ])
    expect(notes.split('\n')).toContain(sentence)
})
