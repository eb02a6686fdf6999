/** Tests that the changes of a run are one entry of the folded audit log, and each found by a part of its words. */
import { beforeAll, expect, it } from 'vitest'
import { jobCaller } from '#server/identity/caller.ts'
import { adminInFile } from '#test/helpers/admin.ts'
import { watchRun } from '#test/helpers/run.ts'
import { memberInFile } from '#test/helpers/subordinate.ts'

let leaves: string[]

const admin = adminInFile()
const members = Array.from({ length: 4 }, () => memberInFile(admin))
beforeAll(async () => {
  leaves = members.map(({ id }) => id)
})

const FIELDS = 'action actor { username } resource runEntries run { kind }'
async function entries(filter: string) {
  const { data } = await admin.execute(
    `{ auditEvents(filter: ${filter}) { totalCount edges { node { ${FIELDS} } } } }`,
  )
  const nodes = data.auditEvents.edges.map(({ node }: { node: Record<string, unknown> }) => node)
  expect(data.auditEvents.totalCount).toBe(nodes.length)
  return nodes
}

it('folds the changes of a run under its start', async () => {
  const before = (await entries('{ folded: true }')).length
  const subordinates = leaves.slice(0, 2).map((entityId) => ({ entityId }))
  const { id } = await admin.mutate('importSubordinates', { subordinates }, 'id')
  await watchRun(admin, id)
  const folded = await entries('{ folded: true }')
  expect(folded).toHaveLength(before + 1)
  expect(folded[0]).toMatchObject({
    action: 'IMPORT_SUBORDINATES',
    runEntries: 2,
    run: { kind: 'CONFIGURATION' },
  })
  const ofRun = await entries(`{ run: "${id}" }`)
  expect(ofRun.map(({ action, runEntries }: Record<string, unknown>) => [action, runEntries])).toEqual([
    ['REGISTER_SUBORDINATE', 0],
    ['REGISTER_SUBORDINATE', 0],
  ])
  expect(await entries('{}')).toHaveLength(before + 3)
})

it('folds a scheduled run, which has no start, under its first change', async () => {
  const before = (await entries('{ folded: true }')).length
  const items = leaves.slice(2).map((entityId) => ({
    ...{ key: 'members CREATE', resource: entityId },
    input: { section: 'members', key: entityId, verb: 'CREATE', fields: { entityId }, changes: [] },
  }))
  const run = await admin.server.runs.start(jobCaller('renew-subordinates'), 'CONFIGURATION', { items })
  await watchRun(admin, Buffer.from(`Run:${run.id}`).toString('base64'))
  const folded = await entries('{ folded: true }')
  expect(folded).toHaveLength(before + 1)
  expect(folded[0]).toMatchObject({
    action: 'REGISTER_SUBORDINATE',
    runEntries: 1,
    run: { kind: 'CONFIGURATION' },
  })
})

it('finds entries by parts of actor and object, in any case, literally', async () => {
  expect(await entries('{ actorContains: "RENEW-SUB" }')).toHaveLength(2)
  expect(await entries('{ actorContains: "renew_sub" }')).toEqual([])
  const [{ resource }] = await entries('{ actions: [REGISTER_SUBORDINATE] }')
  const found = await entries(`{ resourceContains: "${resource.slice(3, -1).toUpperCase()}" }`)
  expect(found.length).toBeGreaterThan(0)
  for (const entry of found) expect(entry.resource).toBe(resource)
})

it('finds nothing by a run that is none', async () => {
  expect(await entries('{ run: "nonsense" }')).toEqual([])
})
