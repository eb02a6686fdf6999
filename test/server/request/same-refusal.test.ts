/** Tests that one mistake is answered in one way, as a value in the document, as a variable and by a service. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'

const admin = adminInFile()

const ENTITY = '"https://rp.example.org"'

it.each([
  [
    'a text for a number',
    'Int',
    `{ entityId: ${ENTITY}, validFor: $v }`,
    '"x"',
    ['validFor'],
    'Enter a whole number.',
  ],
  [
    'a fraction',
    'Int',
    `{ entityId: ${ENTITY}, validFor: $v }`,
    '1.5',
    ['validFor'],
    'Enter a whole number.',
  ],
  [
    'a number for a flag',
    'Boolean',
    `{ entityId: ${ENTITY}, active: $v }`,
    '1',
    ['active'],
    'Enter true or false.',
  ],
  [
    'what is not an Entity Identifier',
    'EntityIdentifier!',
    '{ entityId: $v }',
    '"rp.example.org"',
    ['entityId'],
    /^This is not an Entity Identifier: /,
  ],
  [
    'null',
    'EntityIdentifier!',
    '{ entityId: $v }',
    'null',
    ['entityId'],
    'Enter a value for input.entityId.',
  ],
  [
    'an item of a list',
    '[URL!]',
    `{ entityId: ${ENTITY}, requiredTrustMarks: $v }`,
    '["https://a.example", "a b"]',
    ['requiredTrustMarks', '1'],
    /^This is not an http or https URL: /,
  ],
  [
    'keys that are none',
    'JWKS',
    `{ entityId: ${ENTITY}, jwks: $v }`,
    '"x"',
    ['jwks'],
    'A JWK Set is an object with a list `keys`.',
  ],
])(
  'refuses %s the same in the document and as a variable',
  async (_title, type, input, value, path, message) => {
    const call = (given: string) => `registerSubordinate(input: ${given}) { __typename }`
    const literal = await admin.execute(`mutation { ${call(input.replace('$v', value))} }`)
    const variable = await admin.execute(`mutation ($v: ${type}) { ${call(input)} }`, {
      v: JSON.parse(value),
    })
    const extensions = { code: 'INVALID_INPUT', path: ['input', ...path] }
    for (const { data, errors } of [literal, variable]) {
      expect(data).toBeUndefined()
      const text = typeof message === 'string' ? message : expect.stringMatching(message)
      expect(errors).toEqual([expect.objectContaining({ message: text, extensions })])
    }
    expect(literal.errors?.[0]?.message).toBe(variable.errors?.[0]?.message)
  },
)

it('names the same place where the service refuses the value', async () => {
  const refused = await admin.mutate(
    'registerSubordinate',
    { entityId: 'https://rp.example.org', validFor: 0 },
    'id',
  )
  expect(refused).toMatchObject({ code: 'INVALID_INPUT', path: ['input', 'validFor'] })
})

it('refuses a value of an enum, an unknown field and a missing one in the document', async () => {
  const create = async (input: string) => {
    const { errors } = await admin.execute(
      `mutation { createUser(input: ${input}) { __typename } }`,
      {},
      'admin',
    )
    return errors?.map(({ message, extensions }) => [message, extensions?.code, extensions?.path])
  }
  const role = ['Enter one of ADMIN, OPERATOR, VIEWER.', 'INVALID_INPUT', ['input', 'role']]
  expect(await create('{ username: "x", role: BOSS }')).toEqual([role])
  expect(await create('{ username: "x", role: "ADMIN" }')).toEqual([role])
  expect(await create('{ passwrd: "secret" }')).toEqual([
    ['CreateUserInput has no field "passwrd".', 'INVALID_INPUT', ['input']],
    ['Enter a value for input.username.', 'INVALID_INPUT', ['input', 'username']],
  ])
})

it.each(['{}', '{ ids: ["a"], filter: {} }', '{ ids: null, filter: {} }'])(
  'refuses %s, which does not choose in exactly one way',
  async (given) => {
    const call = (chosen: string) =>
      `startSubordinateChange(input: { action: RENEW, subordinates: ${chosen} }) { __typename }`
    const literal = await admin.execute(`mutation { ${call(given)} }`)
    const v = { ...(given.includes('ids') && { ids: given.includes('null') ? null : ['a'], filter: {} }) }
    const variable = await admin.execute(`mutation ($v: SubordinateSelectionInput!) { ${call('$v')} }`, { v })
    const refusal = {
      message: 'Give exactly one of entityIds, filter and ids.',
      extensions: { code: 'INVALID_INPUT', path: ['input', 'subordinates'] },
    }
    for (const { errors } of [literal, variable]) expect(errors).toMatchObject([refusal])
  },
)
