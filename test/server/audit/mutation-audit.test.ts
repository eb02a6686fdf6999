/** Tests the audit entries of the mutations that audit.test.ts does not cover. */
import { expect } from 'vitest'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { eachRow } from '#test/helpers/rows.ts'

const admin = adminInFile()

/** Objects created earlier, by global id. */
async function made(mutation: string, input: object, selection = 'id'): Promise<{ id: string }> {
  const { id, apiKey } = await admin.mutate(mutation, input, selection, 'admin')
  return { id: id ?? apiKey.id }
}

const user = (username: string) => made('createUser', { username, password: PASSWORD, role: 'VIEWER' })
const apiKey = (name: string) => made('createApiKey', { username: 'viewer', name }, 'apiKey { id }')
const type = 'https://ta.example.org/marks/short-lived'

eachRow<[mutation: string, input: (() => Promise<object>) | null, resource: () => string | object]>(
  [
    ['removeTrustMarkType', () => made('createTrustMarkType', { type }), () => type],
    ['regenerateEntityConfiguration', null, () => admin.entityId],
    ['rebuildPublication', null, () => admin.entityId],
    ['createUser', async () => ({ username: 'anna', password: PASSWORD, role: 'VIEWER' }), () => 'anna'],
    ['updateUser', async () => ({ ...(await user('ben')), role: 'OPERATOR' }), () => 'ben'],
    ['resetUserPassword', async () => ({ ...(await user('cora')), password: PASSWORD }), () => 'cora'],
    ['resetSecondFactor', () => user('dora'), () => 'dora'],
    ['secureUser', () => user('eva'), () => 'eva'],
    ['removeUser', () => user('emil'), () => 'emil'],
    ['createInvitation', () => made('createUser', { username: 'finn', role: 'VIEWER' }), () => 'finn'],
    ['createApiKey', async () => ({ username: 'viewer', name: 'ci' }), () => 'viewer/ci'],
    ['revokeApiKey', () => apiKey('old'), () => expect.stringMatching(/./)],
  ],
  ([mutation]) => [`mutation/${mutation}/audit`],
)('has one entry of a %s', async (mutation, input, resource) => {
  const { db } = admin.server
  const variables = input ? { input: await input() } : {}
  const before = await db.auditEvent.count()
  const inputType = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`
  const document = input
    ? `mutation ($input: ${inputType}) { ${mutation}(input: $input) { __typename } }`
    : `mutation { ${mutation} { __typename } }`
  const { data } = await admin.execute(document, variables)
  expect(data[mutation].__typename).not.toMatch(/Error$/)
  expect(await db.auditEvent.count()).toBe(before + 1)
  expect(await db.auditEvent.findFirst({ orderBy: { id: 'desc' } })).toMatchObject({
    action: mutation,
    actor: 'admin',
    method: 'api_key',
    resource: resource(),
  })
})
