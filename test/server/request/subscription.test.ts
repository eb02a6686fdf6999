/** Tests the stream of subordinate changes over Server-Sent Events and across processes. */
import { expect, it, vi } from 'vitest'
import { adminInFile, PASSWORD, startSecondAdmin } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { patience } from '#test/helpers/patience.ts'
import { startLeaf } from '#test/helpers/subordinate.ts'
import { type Subscription, subscribe } from '#test/helpers/subscription.ts'

const admin = adminInFile()
const second = inFile(() => startSecondAdmin(admin))

const DOCUMENT = 'subscription { subordinateChanged { kind entityId subordinate { entityId state } } }'
const listen = ({ app } = admin.server) => subscribe(app.listeningOrigin, admin.keys.viewer, DOCUMENT)

const changes = ({ results }: Subscription) => results.map(({ data }) => data?.subordinateChanged)
/** The kinds of change that arrived, once `count` of them have. */
async function kinds(subscription: Subscription, count: number): Promise<unknown[]> {
  await vi.waitFor(() => expect(subscription.results.length).toBeGreaterThanOrEqual(count), patience)
  return changes(subscription).map((change) => (change as { kind: string }).kind)
}

async function register(): Promise<{ id: string; entityId: string }> {
  const { id: entityId } = await startLeaf(admin)
  const { id } = await admin.mutate('registerSubordinate', { entityId }, 'id')
  return { id, entityId }
}

it('streams each change of a subordinate in order, with the new state', async () => {
  const subscription = await listen()
  const leaf = await startLeaf(admin)
  const { id } = await admin.mutate('registerSubordinate', { entityId: leaf.id }, 'id')
  await kinds(subscription, 1)
  const steps = [
    () => admin.mutate('updateSubordinate', { id, validFor: 5 }, 'id'),
    () => admin.mutate('renewSubordinate', { id }, 'id'),
    () => {
      leaf.misbehave('server error')
      return admin.mutate('renewSubordinate', { id }, 'id')
    },
    () => admin.mutate('deactivateSubordinate', { id }, 'id'),
    () => admin.mutate('reactivateSubordinate', { id }, 'id'),
    () => admin.mutate('removeSubordinate', { id }, ''),
  ]
  for (const [index, step] of steps.entries()) {
    await step()
    await kinds(subscription, index + 2) // the state is read on arrival, before the next change
  }
  const change = (kind: string, state: string | null) => ({
    kind,
    entityId: leaf.id,
    subordinate: state === null ? null : { entityId: leaf.id, state },
  })
  expect(changes(subscription)).toEqual([
    change('REGISTERED', 'ACTIVE'),
    change('UPDATED', 'ACTIVE'),
    change('RENEWED', 'ACTIVE'),
    change('UPDATED', 'UNREACHABLE'),
    change('DEACTIVATED', 'INACTIVE'),
    change('REACTIVATED', 'UNREACHABLE'),
    change('REMOVED', null),
  ])
})

it('does not stream a refused change', async () => {
  const subscription = await listen()
  const leaf = await startLeaf(admin)
  leaf.misbehave('no authority hint')
  const refused = await admin.mutate('registerSubordinate', { entityId: leaf.id }, 'id')
  expect(refused.__typename).toBe('EntityRejectedError')
  const { entityId } = await register() // this change is therefore the first to arrive
  await kinds(subscription, 1)
  expect(changes(subscription)).toEqual([expect.objectContaining({ kind: 'REGISTERED', entityId })])
})

it('streams the changes of another process', async () => {
  const [here, there] = [await listen(), await listen(second)]
  const { id, entityId } = await register()
  await Promise.all([kinds(here, 1), kinds(there, 1)])
  const query = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': admin.keys.operator },
  }
  const mutation = 'mutation ($id: ID!) { deactivateSubordinate(input: {id: $id}) { __typename } }'
  const body = JSON.stringify({ query: mutation, variables: { id } })
  expect((await fetch(`${second.app.listeningOrigin}/graphql`, { ...query, body })).status).toBe(200)
  for (const subscription of [here, there]) {
    expect(await kinds(subscription, 2)).toEqual(['REGISTERED', 'DEACTIVATED'])
    expect(changes(subscription)).toEqual([
      expect.objectContaining({ entityId }),
      expect.objectContaining({ entityId }),
    ])
  }
})

it('streams changes of its own process while Redis is unavailable, and those of others when it is back', async () => {
  const { id } = await register()
  const [here, there] = [await listen(), await listen(second)]
  await admin.redis.stop()
  await admin.mutate('updateSubordinate', { id, validFor: 6 }, 'id')
  expect(await kinds(here, 1)).toEqual(['UPDATED'])
  await admin.redis.restart()
  await vi.waitFor(async () => {
    await admin.mutate('updateSubordinate', { id, validFor: 7 }, 'id')
    expect(changes(there)).not.toEqual([])
  }, patience)
})

it('allows viewers to subscribe, and refuses anonymous callers', async () => {
  const { results, ended } = await subscribe(admin.adminUrl, null, DOCUMENT)
  await ended
  expect(results).toHaveLength(1)
  expect(results[0]?.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED')
  expect(results[0]?.data ?? null).toBeNull()
})

it('ends when the server closes, without waiting for subscribers', async () => {
  const third = await startSecondAdmin(admin)
  const { ended } = await listen(third)
  await third.close()
  await expect(ended).resolves.toBeUndefined()
})

it('ends when the subscriber loses access, and not before', async () => {
  const [, other] = [
    await admin.mutate('createUser', { username: 'nora', password: PASSWORD, role: 'VIEWER' }, 'id', 'admin'),
    await listen(),
  ]
  const { key, apiKey } = await admin.mutate(
    'createApiKey',
    { username: 'nora', name: 'listener' },
    'key apiKey { id }',
    'admin',
  )
  const { ended } = await subscribe(admin.adminUrl, key, DOCUMENT)
  await admin.mutate('revokeApiKey', { id: apiKey.id }, 'id', 'admin')
  await expect(ended).resolves.toBeUndefined()
  await register()
  expect(await kinds(other, 1)).toEqual(['REGISTERED'])
})
