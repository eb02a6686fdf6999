/** Tests that runs which version 0.2 began go on as plans: with items, and before it had found them. */
import { expect, it } from 'vitest'
import { adminInFile } from '#test/helpers/admin.ts'
import { watchRun } from '#test/helpers/run.ts'
import { listed, registerLeaf, startLeaf } from '#test/helpers/subordinate.ts'

const TYPE = 'https://ta.example.org/marks/member'
const admin = adminInFile()

type Item = { key?: string; resource: string; input?: object }

/** Runs it as 0.2 left it, to its end. */
async function goOn(kind: string, parameters: object, items: Item[] | null) {
  const { db } = admin.server
  const { id } = await db.run.create({
    data: {
      ...{ kind, parameters, state: 'QUEUED', startedBy: 'operator', startedMethod: 'session' },
      heartbeatAt: new Date(0),
      total: items?.length ?? null,
      items: { create: items ?? [] },
    },
  })
  const ended = (await watchRun(admin, btoa(`Run:${id}`))).at(-1)?.run
  return {
    ...ended,
    ...(await db.run.findUniqueOrThrow({ where: { id }, select: { kind: true, parameters: true } })),
  }
}

it('registers what is left of an import', async () => {
  const leaf = await startLeaf(admin)
  const run = await goOn('IMPORT', {}, [
    { resource: leaf.id, input: { entityId: leaf.id, validFor: 24 } },
    { resource: leaf.id, input: { entityId: leaf.id, isDuplicate: true } },
    { resource: 'two words', input: { entityId: 'two words' } },
  ])
  expect(run).toMatchObject({ kind: 'CONFIGURATION', parameters: { source: 'list' }, done: 2, failed: 1 })
  expect(await listed(admin)).toEqual([leaf.id])
})

it('creates the types of a promotion before its members', async () => {
  const leaf = await startLeaf(admin)
  const run = await goOn('PROMOTION', { from: 'test' }, [
    { resource: TYPE, input: { type: { type: TYPE, validFor: 100 } } },
    { resource: leaf.id, input: { entityId: leaf.id, active: true, requiredTrustMarks: [], tags: ['new'] } },
  ])
  expect(run).toMatchObject({ kind: 'CONFIGURATION', done: 2, failed: 0 })
  const { db } = admin.server
  expect(await db.trustMarkType.findUnique({ where: { type: TYPE } })).toMatchObject({ validFor: 100 })
  expect(await db.subordinate.findUnique({ where: { entityId: leaf.id } })).toMatchObject({ tags: ['new'] })
})

it('changes all that match, where it had found none yet', async () => {
  const { leaf } = await registerLeaf(admin, { tags: ['left'] })
  const where = { tagKeys: { hasEvery: ['left'] } }
  const dry = await goOn('SUBORDINATE_CHANGE', { action: 'DEACTIVATE', dryRun: true, count: 1, where }, null)
  expect(dry).toMatchObject({
    kind: 'CONFIGURATION',
    parameters: { source: 'selection', dryRun: true },
    done: 1,
  })
  expect(await listed(admin)).toContain(leaf.id)
  const run = await goOn('SUBORDINATE_CHANGE', { action: 'DEACTIVATE', dryRun: false, count: 1, where }, null)
  expect(run).toMatchObject({ state: 'SUCCEEDED', parameters: { action: 'DEACTIVATE' }, done: 1 })
  expect(await listed(admin)).not.toContain(leaf.id)
})

it('renews all that match, and fails with the reason what is no change any more', async () => {
  const { leaf } = await registerLeaf(admin, { tags: ['renewed'] })
  const where = { tagKeys: { hasEvery: ['renewed'] } }
  const fetches = leaf.requests.length
  const run = await goOn('SUBORDINATE_CHANGE', { action: 'RENEW', dryRun: false, count: 1, where }, null)
  expect(run).toMatchObject({ kind: 'SUBORDINATES', state: 'SUCCEEDED', done: 1 })
  expect(leaf.requests.length).toBe(fetches + 1)
  const parameters = { action: 'REVOKE_TRUST_MARK', trustMarkType: `${TYPE}/none`, count: 1 }
  expect(await goOn('SUBORDINATE_CHANGE', parameters, [{ key: '1', resource: leaf.id }])).toMatchObject({
    state: 'FAILED',
  })
})
