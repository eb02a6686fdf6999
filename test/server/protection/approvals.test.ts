/** Tests approvals: a protected mutation changes nothing until another person has signed it. */
import { beforeEach, describe, expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { createAuthenticator } from '#test/helpers/authenticator.ts'
import { administratorsInFile, approve, comment, protect, signed, signIn, waiting } from './people.ts'
import { createPolicies, entriesOf, presentPolicy, proposePolicy } from './policy-change.ts'

const admin = adminInFile()
const people = administratorsInFile(admin)
beforeEach(() => protect(admin, ['ANCHOR']))

const newPolicy = createPolicies()
const propose = (policy: object) => proposePolicy(people.alice, policy)

describe('a protected mutation', () => {
  it('changes nothing and becomes an approval with what it would change', async () => {
    const [before, policy] = [await presentPolicy(admin), newPolicy()]
    const id = waiting(await propose(policy))
    expect(await presentPolicy(admin)).toEqual(before)
    const { data } = await people.bob.visitor.execute(
      '{ approvals(filter: { state: OPEN }) { totalCount edges { node { id mutation operations requestedBy { username } requestedMethod before after variables state obstacle } } } }',
    )
    expect(data.approvals.edges[0].node).toMatchObject({
      id,
      mutation: 'updateFederationPolicy',
      operations: ['ANCHOR'],
      requestedBy: { username: 'alice' },
      requestedMethod: 'SESSION',
      before: { metadataPolicy: before },
      after: { metadataPolicy: policy },
      variables: { input: { metadataPolicy: policy } },
      state: 'OPEN',
      obstacle: 'There is no reason yet. The requester can add one in the discussion.',
    })
    expect(waiting(await propose(policy))).toBe(id)
  })

  it('is executed once when another person signs it', {
    tags: ['mutation/approve/success', 'mutation/approve/audit'],
  }, async () => {
    const policy = newPolicy()
    const id = waiting(await propose(policy))
    expect(await approve(people.bob, id)).toMatchObject({
      state: 'EXECUTED',
      decidedBy: { username: 'bob' },
      overridden: false,
      result: { __typename: 'UpdateFederationPolicySuccess', trustAnchor: { metadataPolicy: policy } },
    })
    expect(await presentPolicy(admin)).toEqual(policy)
    expect((await entriesOf(admin, 'approve')).at(-1)).toMatchObject({
      actor: 'bob',
      before: { mutation: 'updateFederationPolicy', requestedBy: 'alice' },
      after: { approvedBy: 'bob', passkey: { rpId: '127.0.0.1' } },
    })
    expect((await entriesOf(admin, 'updateFederationPolicy')).at(-1)).toMatchObject({
      actor: 'bob',
      reason: expect.stringMatching(/^Approval \d+ of alice\. A test\.$/),
    })
    expect(await approve(people.bob, id)).toMatchObject({ code: 'CONFLICT', message: 'It was executed.' })
  })

  it('stays open when its execution fails, with the failure', {
    tags: ['mutation/approve/ConflictError'],
  }, async () => {
    const { execute } = people.alice.visitor
    const create =
      'mutation ($input: CreateTrustMarkTypeInput!) { createTrustMarkType(input: $input) { ... on Error { message } } }'
    await protect(admin, ['TRUST_MARKS'])
    const input = { type: 'https://ta.example.org/marks/contested' }
    const id = waiting(await execute(create, { input }))
    await protect(admin, [])
    await execute(create, { input })
    await protect(admin, ['TRUST_MARKS'])
    const failure = await approve(people.bob, id)
    expect(failure).toMatchObject({
      code: 'CONFLICT',
      message: `It was not executed, and nothing was changed. The Trust Mark type ${input.type} already exists.`,
    })
    const { data } = await people.bob.visitor.execute(
      'query ($id: ID!) { node(id: $id) { ... on Approval { state lastError } } }',
      { id },
    )
    expect(data.node).toEqual({ state: 'OPEN', lastError: expect.stringContaining('already exists') })
  })
})

describe('an approval is refused', () => {
  it('of one’s own request, by session and by key', async () => {
    const id = waiting(await propose(newPolicy()))
    expect(await approve(people.alice, id)).toMatchObject({
      code: 'CONFLICT',
      message: 'You asked for it. Another person must approve it.',
    })
    const { passkey } = await signed(people.bob, id)
    const { errors } = await admin.execute(
      'mutation ($input: ApproveInput!) { approve(input: $input) { __typename } }',
      { input: { id, passkey } },
      'admin',
    )
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  })

  it('with the signature of another change, another device or another page', {
    tags: ['mutation/approve/InvalidInputError'],
  }, async () => {
    const [id, other] = [waiting(await propose(newPolicy())), waiting(await propose(newPolicy()))]
    const decide = (passkey: unknown) => people.bob.visitor.mutate('approve', { id, passkey }, 'state')
    const refusal = { code: 'INVALID_INPUT', path: ['input', 'passkey'] }
    for (const each of [id, other]) await comment(people.alice, each, 'A test.')
    expect(await decide((await signed(people.bob, other)).passkey)).toMatchObject(refusal)
    expect(
      await decide((await signed({ ...people.bob, device: people.alice.device }, id)).passkey),
    ).toMatchObject(refusal)
    expect(await decide({ id: 'x' })).toMatchObject(refusal)
    const { data } = await people.bob.visitor.execute(
      'query ($id: ID!) { node(id: $id) { ... on Approval { hash } } }',
      { id },
    )
    const elsewhere = createAuthenticator('https://phishing.example.org')
    const forged = elsewhere.authenticate({ challenge: data.node.hash, rpId: '127.0.0.1' })
    expect(await decide(forged)).toMatchObject(refusal)
    expect(await decide((await signed(people.bob, id)).passkey)).toEqual({ state: 'EXECUTED' })
  })

  it('of a person without the right, who does not even see it', {
    tags: ['mutation/approve/NotFoundError'],
  }, async () => {
    const id = waiting(await propose(newPolicy()))
    const viewer = await signIn(admin, 'viewer')
    const { data } = await viewer.execute('{ approvals { totalCount } }')
    expect(data.approvals.totalCount).toBe(0)
    const { errors } = await viewer.execute(
      'mutation ($input: RefuseInput!) { refuse(input: $input) { __typename } }',
      { input: { id } },
    )
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    const unknown = { id: btoa('Approval:999999'), passkey: {} }
    expect(await people.bob.visitor.mutate('approve', unknown, 'id')).toMatchObject({
      code: 'NOT_FOUND',
    })
    const { passkey } = await signed(people.bob, id)
    const operator = await signIn(admin, 'operator')
    expect(await operator.mutate('approve', { id, passkey }, 'id')).toMatchObject({
      code: 'CONFLICT',
      message: 'You have no passkey. Register one on your account page.',
    })
  })

  it('of a request that was changed in the database', async () => {
    const id = waiting(await propose(newPolicy()))
    const key = Number(atob(id).split(':')[1])
    const variables = { input: { metadataPolicy: newPolicy() } }
    await comment(people.alice, id, 'A test.')
    await admin.server.installation.approval.update({ where: { id: key }, data: { variables } })
    expect(await comment(people.alice, id, 'It is as it was.')).toMatchObject({ code: 'CONFLICT' })
    expect(await approve(people.bob, id)).toMatchObject({
      code: 'CONFLICT',
      message: 'It was changed in the database since it was asked for. Object to it, or withdraw it.',
    })
  })

  it('after its time', async () => {
    const id = waiting(await propose(newPolicy()))
    await admin.server.installation.approval.updateMany({
      where: { state: 'OPEN' },
      data: { expiresAt: new Date() },
    })
    expect(await approve(people.bob, id)).toMatchObject({
      code: 'CONFLICT',
      message: 'Its time has ended. Make the change again.',
    })
    const { data } = await people.bob.visitor.execute(
      '{ approvals(filter: { state: EXPIRED }) { edges { node { id state } } } }',
    )
    expect(data.approvals.edges).toContainEqual({ node: { id, state: 'EXPIRED' } })
  })
})
