/** Tests the exact path of an invalid value in an input, for forms and scripts. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { registerLeaf } from '#test/helpers/subordinate.ts'

const admin = adminInFile()

const rp = (policy: object) => ({ openid_relying_party: policy })

it.for<[path: string, value: unknown]>([
  ['metadataPolicy', []],
  ['metadataPolicy.openid_relying_party', rp([])],
  ['metadataPolicy.openid_relying_party.scope.subset_of', rp({ scope: { subset_of: 'openid' } })],
  ['metadataPolicy.openid_relying_party.contacts.essential', rp({ contacts: { essential: 1 } })],
  ['metadataPolicy.openid_relying_party.a.one_of', rp({ a: { value: 1, one_of: [2] } })],
  ['constraints.max_path_length', { max_path_length: -1 }],
  ['constraints.naming_constraints.permitted.0', { naming_constraints: { permitted: ['not a host'] } }],
  ['forcedMetadata.openid_relying_party', rp([])],
  ['jwks.keys.0.kid', { keys: [{ kty: 'EC' }] }],
  ['validFor', 8761],
  ['validFor', 0],
  ['additionalClaims.exp', { exp: 1 }],
  ['additionalClaims', 'text'],
])('names %s when it is %j', async ([place, value]) => {
  const { leaf, id } = await registerLeaf(admin)
  const [field = ''] = place.split('.')
  for (const [mutation, subject] of [
    ['registerSubordinate', { entityId: `${leaf.id}/another` }],
    ['updateSubordinate', { id }],
  ] as const) {
    expect(await admin.mutate(mutation, { ...subject, [field]: value }, 'id')).toMatchObject({
      __typename: 'InvalidInputError',
      code: 'INVALID_INPUT',
      path: ['input', ...place.split('.')],
    })
  }
})

it('names the policy of the federation, and keeps an identifier with dots in one piece', async () => {
  const metadataPolicy = rp({ contacts: { add: 'no list' } })
  expect(await admin.mutate('updateFederationPolicy', { metadataPolicy }, 'version', 'admin')).toMatchObject({
    path: ['input', 'metadataPolicy', 'openid_relying_party', 'contacts', 'add'],
  })
  const trustMarkIssuers = { 'https://mark.example/member': 'no list' }
  expect(await admin.mutate('updateTrustAnchor', { trustMarkIssuers }, 'version', 'admin')).toMatchObject({
    path: ['input', 'trustMarkIssuers', 'https://mark.example/member'],
  })
})

it.for<[what: string, changes: object, path: (string | number)[], message: string]>([
  [
    'a field that does not exist',
    { passwrd: 'secret' },
    ['input'],
    'CreateUserInput has no field "passwrd".',
  ],
  ['a missing value', { username: undefined }, ['input', 'username'], 'Enter a value for input.username.'],
  [
    'null where a value must be',
    { username: null },
    ['input', 'username'],
    'Enter a value for input.username.',
  ],
  [
    'a value that the enum does not have',
    { role: 'secret' },
    ['input', 'role'],
    'Enter one of ADMIN, OPERATOR, VIEWER.',
  ],
  ['an object instead of a text', { password: { secret: 1 } }, ['input', 'password'], 'Enter a text.'],
])('refuses a variable with %s, and does not repeat its value', async ([_what, changes, path, message]) => {
  const input = { username: 'new', password: 'a password of length', role: 'VIEWER', ...changes }
  const document = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { __typename } }'
  const answer = await admin.execute(document, { input })
  expect(answer.data).toBeUndefined()
  expect(answer.errors).toEqual([{ message, extensions: { code: 'INVALID_INPUT', path } }])
})

it('does not repeat the password of a URL that is not an Entity Identifier', async () => {
  const document =
    'mutation ($input: RegisterSubordinateInput!) { registerSubordinate(input: $input) { __typename } }'
  const { errors } = await admin.execute(document, {
    input: { entityId: 'https://admin:secret@rp.example.org' },
  })
  expect(errors).toEqual([
    {
      message: 'This is not an Entity Identifier: it has user information.',
      extensions: { code: 'INVALID_INPUT', path: ['input', 'entityId'] },
    },
  ])
})

it('names the item of a list, and treats a single value as a list of one', async () => {
  const document = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }'
  const { errors } = await admin.execute(document, {
    ids: ['U3Vib3JkaW5hdGU6MjE0NzQ4MzY0Nw==', { secret: 1 }],
  })
  expect(errors).toEqual([
    { message: 'Enter an id.', extensions: { code: 'INVALID_INPUT', path: ['ids', '1'] } },
  ])
  expect(await admin.execute(document, { ids: 'U3Vib3JkaW5hdGU6MjE0NzQ4MzY0Nw==' })).toEqual({
    data: { nodes: [null] },
  })
})
