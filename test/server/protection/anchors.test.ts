/** Tests approvals where there are several anchors. */
import { beforeAll, expect, it } from 'vitest'
import { createAccounts } from '#server/auth/accounts.ts'
import { cliCaller } from '#server/identity/caller.ts'
import { adminInFile, PASSWORD } from '#test/helpers/admin.ts'
import { makeAnchor } from '#test/helpers/anchor.ts'
import { administratorsInFile, approve, comment, protect, signIn, waiting } from './people.ts'

const admin = adminInFile()
const people = administratorsInFile(admin)
beforeAll(() => makeAnchor(admin, 'other'))

async function administratorOfOther(username: string) {
  const user = { username, password: PASSWORD, anchorRoles: [{ anchor: 'other', role: 'admin' as const }] }
  await protect(admin, [])
  const { id } = await createAccounts(admin.server).createUser(cliCaller('test'), user)
  await protect(admin, ['ANCHOR'])
  return { id, visitor: await signIn(admin, username) }
}

it('one of a person with one anchor, who names none, is approved by a person with several', async () => {
  const { visitor: olga } = await administratorOfOther('olga')
  const document =
    'mutation ($input: UpdateFederationPolicyInput!) { updateFederationPolicy(input: $input) { __typename } }'
  const metadataPolicy = { openid_relying_party: { client_name: { default: 'Service' } } }
  const id = waiting(await olga.execute(document, { input: { metadataPolicy } }))
  await olga.mutate('commentApproval', { id, text: 'A test.' }, 'id')
  expect(await comment(people.bob, id, 'Good.')).toMatchObject({ reason: 'A test.' })
  expect(await approve(people.bob, id)).toMatchObject({ state: 'EXECUTED' })
  const { data } = await people.bob.visitor.execute('{ trustAnchor(anchor: "other") { metadataPolicy } }')
  expect(data.trustAnchor.metadataPolicy).toEqual(metadataPolicy)
})

it('the plan of configuration files is that of the anchor, for those who may read it', async () => {
  const { id: userId, visitor: otto } = await administratorOfOther('otto')
  const content = 'apiVersion: inmor/v1\nanchor: other\nsettings: { statementHours: 99 }\n'
  const document =
    'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { __typename } }'
  const id = waiting(await otto.execute(document, { input: { files: [{ name: 'o.yaml', content }] } }))
  const query =
    'query ($id: ID!) { node(id: $id) { ... on Approval { configurationPlan { changed steps { changes { after } } } } } }'
  const plan = { changed: 1, steps: [{ changes: [{ after: 99 }] }] }
  for (const reader of [otto, people.bob.visitor])
    expect((await reader.execute(query, { id })).data.node.configurationPlan).toEqual(plan)
  await admin.server.installation.anchorRole.updateMany({ where: { userId }, data: { anchorSlug: 'main' } })
  expect((await otto.execute(query, { id })).data).toEqual({ node: { configurationPlan: null } })
})
