/** Tests the organizations of a user, as administrators see them. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'

const admin = adminInFile()

const query = (id: string) => `{ node(id: "${id}") { ... on User { organizations { name } } } }`
const organizationsOf = async (id: string) => (await admin.execute(query(id), {}, 'admin')).data.node

/** Invites the same person to an organization of each name; returns its id. */
async function invite(names: readonly string[], email: string): Promise<string> {
  let userId = ''
  for (const name of names) {
    const { id: organizationId } = await admin.mutate('createOrganization', { name }, 'id')
    const { id } = await admin.mutate('invitePerson', { organizationId, email }, 'id')
    userId = id
  }
  return userId
}

it('are named in the order of the alphabet', async () => {
  const id = await invite(['Oslo', 'Bergen', 'Lund'], 'anna@lu.example')
  expect(await organizationsOf(id)).toEqual({
    organizations: [{ name: 'Bergen' }, { name: 'Lund' }, { name: 'Oslo' }],
  })
})

it('are none for a user with a role only', async () => {
  const user = { username: 'vera', role: 'VIEWER' }
  const { id } = await admin.mutate('createUser', user, 'id', 'admin')
  expect(await organizationsOf(id)).toEqual({ organizations: [] })
})

it('are shown to administrators only', async () => {
  const id = await invite(['Uppsala'], 'bo@uu.example')
  const { data, errors } = await admin.execute(query(id), {}, 'operator')
  expect(data?.node ?? null).toBeNull()
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
})
