/** A valid chain of four statements with one wrong claim: each is refused with the correct code (§3.2, §10.2). */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { generateSigningKey, toPublicJwk } from '#core/keys.ts'
import { below } from '#test/helpers/federation.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { entityId, trustAnchorInFile } from '../trust-anchor.ts'

const foreign = 'https://foreign.example'
const foreignKeys: { keys: object[] } = { keys: [] }

const ta = trustAnchorInFile()
const federation = inFile(() => below(entityId).intermediate().leaf().start())
beforeAll(async () => {
  foreignKeys.keys.push(toPublicJwk(await generateSigningKey('ES256')))
  await ta.publishConfiguration()
})

const register = (statement: Record<string, unknown> = {}) =>
  ta.publishSubordinate({ id: federation.top.id, keys: federation.top.keys, statement })

beforeEach(async () => {
  for (const { options } of federation.entities) {
    delete options.configuration
    delete options.statement
  }
  await register()
  await ta.forget()
})

async function error(): Promise<string | undefined> {
  const answer = await ta.get('/resolve', { sub: federation.leaf.id, trust_anchor: entityId })
  if (answer.statusCode === 200) return undefined
  expect(answer.statusCode).toBe(400)
  return answer.json().error
}

test('the unchanged chain is valid', async () => {
  expect(await error()).toBeUndefined()
})

type Mutation = [what: string, change: () => Record<string, unknown>, code?: string]

const inAnyStatement: Mutation[] = [
  ['iss is missing', () => ({ iss: undefined })],
  ['iss is different', () => ({ iss: foreign })],
  ['iss is not an Entity Identifier', () => ({ iss: 'hello' })],
  ['sub is missing', () => ({ sub: undefined })],
  ['sub is different', () => ({ sub: foreign })],
  ['iat is missing', () => ({ iat: undefined })],
  ['iat is in the future', () => ({ iat: ta.now() + 3600 })],
  ['iat is text', () => ({ iat: String(ta.now()) })],
  ['exp is missing', () => ({ exp: undefined })],
  ['exp is in the past', () => ({ exp: ta.now() - 3600 })],
  ['jwks is missing', () => ({ jwks: undefined })],
  ['jwks is empty', () => ({ jwks: { keys: [] } })],
  [
    'jwks has a key without kid',
    () => ({ jwks: { keys: foreignKeys.keys.map((key) => ({ ...key, kid: undefined })) } }),
  ],
  ['jwks has other keys', () => ({ jwks: foreignKeys })],
  ['crit lists an unsupported claim', () => ({ crit: ['hello'], hello: 1 })],
  ['crit lists an absent claim', () => ({ crit: ['hello'] })],
  ['crit lists a claim of Core', () => ({ crit: ['exp'] })],
  ['crit is empty', () => ({ crit: [] })],
  ['metadata is not an object', () => ({ metadata: [] }), 'invalid_metadata'],
  [
    'metadata has a null value',
    () => ({ metadata: { openid_relying_party: { client_name: null } } }),
    'invalid_metadata',
  ],
  [
    'metadata has federation keys in federation_entity',
    () => ({ metadata: { federation_entity: { jwks: foreignKeys } } }),
    'invalid_metadata',
  ],
  ['it is a message of Explicit Registration by its aud', () => ({ aud: entityId })],
  ['it is a message of Explicit Registration by its trust_anchor', () => ({ trust_anchor: entityId })],
]

const inConfigurations: Mutation[] = [
  ...inAnyStatement,
  ['authority_hints are empty', () => ({ authority_hints: [] })],
  ['authority_hints are not Entity Identifiers', () => ({ authority_hints: ['hello'] })],
  ['authority_hints lead to no Superior', () => ({ authority_hints: [federation.leaf.id] })],
  ['it has constraints', () => ({ constraints: { max_path_length: 9 } })],
  ['it has a metadata policy', () => ({ metadata_policy: {} })],
  ['it has critical policy operators', () => ({ metadata_policy_crit: ['regexp'] })],
  ['it has a source endpoint', () => ({ source_endpoint: 'https://foreign.example/fetch' })],
  ['trust_marks is not an array', () => ({ trust_marks: {} })],
  ['a Trust Mark is not a JWT', () => ({ trust_marks: [{ trust_mark_type: foreign, trust_mark: 'hello' }] })],
]

const inSubordinateStatements: Mutation[] = [
  ...inAnyStatement,
  ['it has authority hints', () => ({ authority_hints: [entityId] })],
  ['it has anchor hints', () => ({ trust_anchor_hints: [entityId] })],
  ['it has Trust Marks', () => ({ trust_marks: [] })],
  ['it has issuers of Trust Marks', () => ({ trust_mark_issuers: {} })],
  ['it has owners of Trust Marks', () => ({ trust_mark_owners: {} })],
  ['constraints are not an object', () => ({ constraints: [] })],
  ['max_path_length is negative', () => ({ constraints: { max_path_length: -1 } })],
  ['max_path_length is a fraction', () => ({ constraints: { max_path_length: 1.5 } })],
  [
    'naming_constraints are URLs',
    () => ({ constraints: { naming_constraints: { excluded: ['https://a.example'] } } }),
  ],
  ['allowed_entity_types is text', () => ({ constraints: { allowed_entity_types: 'openid_provider' } })],
  ['source_endpoint is not a URL', () => ({ source_endpoint: 'hello' })],
  [
    'a policy combines operators that exclude each other',
    () => ({ metadata_policy: { openid_relying_party: { client_name: { value: 'a', one_of: ['b'] } } } }),
    'invalid_metadata',
  ],
  [
    'a policy has an unsupported critical operator',
    () => ({
      metadata_policy: { openid_relying_party: { client_name: { regexp: '.' } } },
      metadata_policy_crit: ['regexp'],
    }),
    'invalid_metadata',
  ],
  [
    'a policy requires an absent parameter',
    () => ({ metadata_policy: { openid_relying_party: { contacts: { essential: true } } } }),
    'invalid_metadata',
  ],
]

describe("in the Leaf's Entity Configuration", () => {
  test.each(inConfigurations)('%s', async (_what, change, code) => {
    federation.leaf.options.configuration = change()
    expect(await error()).toBe(code ?? 'invalid_trust_chain')
  })
})

describe("in the Intermediate's Entity Configuration", () => {
  test.each(inConfigurations)('%s', async (_what, change, code) => {
    federation.top.options.configuration = change()
    expect(await error()).toBe(code ?? 'invalid_trust_chain')
  })
})

describe("in the Intermediate's statement about the Leaf", () => {
  test.each(inSubordinateStatements)('%s', async (_what, change, code) => {
    federation.leaf.options.statement = change()
    expect(await error()).toBe(code ?? 'invalid_trust_chain')
  })
})

describe('in our statement about the Intermediate', () => {
  test.each(inSubordinateStatements)('%s', async (_what, change, code) => {
    await register(change())
    expect(await error()).toBe(code ?? 'invalid_trust_chain')
  })
})
