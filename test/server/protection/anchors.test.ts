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

it('one of a person with one anchor, who names none, is approved by a person with several', async () => {
  const { id: userId } = await createAccounts(admin.server).createUser(cliCaller('test'), {
    username: 'olga',
    password: PASSWORD,
    anchorRoles: [{ anchor: 'other', role: 'admin' }],
  })
  expect(userId).toBeTypeOf('string')
  await protect(admin, ['ANCHOR'])
  const olga = await signIn(admin, 'olga')
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
