/** Tests who approves many requests, one run at a time, and what its start refuses. */
import { beforeEach, describe, expect, it } from 'vitest'
import { PASSWORD } from '#test/helpers/admin.ts'
import { inFile } from '#test/helpers/in-file.ts'
import { eachRow } from '#test/helpers/rows.ts'
import { watchRun } from '#test/helpers/run.ts'
import { signedIn } from '#test/helpers/visitor.ts'
import { startBulk } from './bulk.ts'

const bulk = inFile(startBulk)
beforeEach(() => db().request.deleteMany())

const db = () => bulk.admin.server.db

describe('does not approve', () => {
  it.each(['session', 'API key'])(
    'requests of an organization for which the operator acts, by %s',
    async (by) => {
      const username = by === 'session' ? 'both' : 'both-by-key'
      const both = { username, role: 'OPERATOR', email: `${username}@lu.example`, password: PASSWORD }
      await bulk.admin.mutate('createUser', both, 'id', 'admin')
      await bulk.admin.mutate(
        'invitePerson',
        { organizationId: bulk.organizationId, email: both.email },
        'id',
      )
      const entity = await bulk.leaf()
      const id = await bulk.submit({ entityId: entity.id })
      const visitor = await signedIn(bulk.admin, username)
      const send = async (name: string, input: string, selection: string) => {
        const query = `mutation { result: ${name}(input: { ${input} }) { __typename ... on Error { code message } ${selection} } }`
        if (by === 'session') return (await visitor.execute(query)).data.result
        const { key } = await bulk.admin.mutate('createApiKey', { username, name }, 'key', 'admin')
        const response = await fetch(`${bulk.admin.adminUrl}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-api-key': key },
          body: JSON.stringify({ query }),
        })
        return ((await response.json()) as { data: { result: object } }).data.result
      }
      const success = '... on StartRequestApprovalSuccess { run { id } }'
      const started = await send('startRequestApproval', `requests: { ids: ["${id}"] }`, success)
      const message = 'You act for the organization of this request. Another operator must approve it.'
      expect(await bulk.resultsOf(started.run.id)).toEqual([[entity.id, false, message]])
      expect(await send('approveRequest', `id: "${id}"`, '')).toMatchObject({ code: 'CONFLICT', message })
      expect(await bulk.stored(entity.id)).toBeNull()
    },
  )

  it('for an operator who was removed or lost the right in the meantime', async () => {
    const entity = await bulk.leaf()
    const id = await bulk.submit({ entityId: entity.id })
    for (const name of ['removed', 'viewer']) {
      const run = await bulk.queue([id], { startedBy: name })
      expect(await bulk.resultsOf(run)).toEqual([
        [entity.id, false, `${name} started the run and may not operate in this anchor any more.`],
      ])
    }
    expect(await bulk.stateOf(id)).toMatchObject({ state: 'WAITING_FOR_OPERATOR' })
  })
})

it('continues after a worker ended, and approves nothing twice', async () => {
  const [entity, open] = [await bulk.leaf(), await bulk.leaf()]
  const ids = [await bulk.submit({ entityId: entity.id }), await bulk.submit({ entityId: open.id })]
  const startedAt = new Date()
  await bulk.admin.mutate('approveRequest', { id: ids[0] }, 'id')
  const changes = { startedBy: 'operator', state: 'RUNNING', startedAt, attempts: 1 }
  const run = await bulk.queue(ids, changes)
  expect(await bulk.resultsOf(run)).toEqual(
    [
      [entity.id, true, 'It was approved. Nothing more can be done with it.'],
      [open.id, true, null],
    ].toSorted(),
  )
})

eachRow<[what: string, input: object, path: (string | number)[]]>(
  [
    ['an empty list', { requests: { ids: [] } }, ['input', 'requests', 'ids']],
    ['too many ids', { requests: { ids: Array(10_001).fill('a') } }, ['input', 'requests', 'ids']],
    ['an id that is none', { requests: { ids: ['a'.repeat(2049)] } }, ['input', 'requests', 'ids']],
    ['a long message', { requests: { filter: {} }, message: 'a'.repeat(2001) }, ['input', 'message']],
  ],
  () => ['mutation/startRequestApproval/InvalidInputError'],
)('refuses %s, and starts nothing', async (_what, input, path) => {
  const before = await db().run.count()
  expect(await bulk.start(input)).toMatchObject({ __typename: 'InvalidInputError', path })
  expect(await db().run.count()).toBe(before)
})

it('refuses a filter that matches too many', async () => {
  await db().$executeRaw`INSERT INTO "Request" ("kind", "entityId", "submittedBy")
    SELECT 'REGISTER', 'https://rp' || n || '.example.org', 'software' FROM generate_series(1, 10001) n`
  expect(await bulk.start({ requests: { filter: {} }, dryRun: true })).toMatchObject({
    message: 'More than 10000 requests match. Narrow the filter.',
    path: ['input', 'requests', 'filter'],
  })
})

it('refuses a second one while one runs', {
  tags: 'mutation/startRequestApproval/ConflictError',
}, async () => {
  const silent = await bulk.leaf()
  const ids = [await bulk.submit({ entityId: silent.id })]
  silent.misbehave('hang')
  const { id } = await bulk.start({ requests: { ids }, dryRun: true })
  expect(await bulk.start({ requests: { ids } })).toMatchObject({
    code: 'CONFLICT',
    message: 'Another application of a plan is still running. Wait until it ends, or cancel it.',
  })
  await bulk.admin.mutate('cancelRun', { id }, 'id')
  await silent.close()
  expect((await watchRun(bulk.admin, id)).at(-1)?.run.state).toBe('CANCELLED')
})

it('is not for viewers and members', async () => {
  const input = { requests: { filter: {} } }
  await expect(bulk.admin.mutate('startRequestApproval', input, 'id', 'viewer')).rejects.toThrow(
    'does not allow',
  )
  const { errors } = await bulk.anna.execute(
    'mutation { startRequestApproval(input: { requests: { filter: {} } }) { __typename } }',
  )
  expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
})
