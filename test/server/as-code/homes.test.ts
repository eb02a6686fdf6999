/** Tests that a file changes an organization of several anchors for an operator of its home only. */
import { beforeAll, expect, it } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'

const admin = adminInFile()
const keys = new Map<string, string>()
const as = (name: string, input: object, selection: string) => admin.mutate(name, input, selection, 'admin')

beforeAll(async () => {
  await makeAnchor(admin, 'test')
  for (const [username, anchors] of [
    ['one', ['test']],
    ['both', ['test', 'main']],
  ] as const) {
    const anchorRoles = anchors.map((anchor) => ({ anchor, role: 'OPERATOR' }))
    await as('createUser', { username, password: PASSWORD, anchorRoles }, 'id')
    keys.set(username, (await as('createApiKey', { name: 'test', username }, 'key')).key)
  }
  const { id } = await as('createOrganization', { anchor: 'main', name: 'Of main' }, 'id')
  await as('admitOrganization', { id, to: 'test' }, 'id')
  await as('createOrganization', { anchor: 'test', name: 'Of test' }, 'id')
})

async function apply(username: string, name: string, country: string) {
  const content = `apiVersion: inmor/v1\nanchor: test\norganizations:\n- name: ${name}\n  country: ${country}\n`
  const query = `mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { __typename
    ... on ApplyConfigurationSuccess { run { id } } ... on Error { message } } }`
  const variables = { input: { anchor: 'test', files: [{ name: 'a.yaml', content }] } }
  const response = await fetch(`${admin.adminUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': keys.get(username) ?? '' },
    body: JSON.stringify({ query, variables }),
  })
  return response.json()
}

const countryOf = async (name: string) =>
  (await admin.server.installation.organization.findFirst({ where: { name } }))?.country

it('is refused to an operator of another anchor that admits it', async () => {
  const { errors } = await apply('one', 'Of main', 'SE')
  expect(errors).toMatchObject([
    {
      message: 'Of main comes from another anchor. Ask an operator there to do this.',
      extensions: { code: 'FORBIDDEN' },
    },
  ])
  expect(await countryOf('Of main')).toBeNull()
})

it.each<[username: string, name: string, country: string]>([
  ['one', 'Of test', 'NO'],
  ['both', 'Of main', 'DK'],
])('is applied for %s, an operator of its home: %s', async (username, name, country) => {
  // The run before may not have ended yet.
  await expect
    .poll(() => apply(username, name, country))
    .toMatchObject({ data: { applyConfiguration: { run: {} } } })
  await expect.poll(() => countryOf(name)).toBe(country)
})
